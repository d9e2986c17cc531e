// Messages that a user has written in the sidebar to publish them, perhaps again and again. Browsers keep them. Runs in
// the editor.

import { isQoS, type QoS } from '../publications/publication';

export interface PublishDraft {
  readonly topic: string;
  readonly payload: string;
  readonly qos: QoS;
  readonly retain: boolean;
  /** How the payload becomes bytes; blank to send it as typed. */
  readonly format: string;
  /** Around the format; blank for none. */
  readonly compression: string;
  readonly describe: boolean;
  /** s between two messages when it is repeated */
  readonly every: number;
}

export const MOST_DRAFTS = 30;
/** The most characters of a payload that are kept: browsers give 5 MB to a whole Node-RED. */
export const LONGEST_DRAFT = 64 * 1024;
export const SHORTEST_REPEAT = 0.1;

const FIELDS = ['topic', 'payload', 'qos', 'retain', 'format', 'compression', 'describe', 'every'] as const;

type Fields = Readonly<Record<string, unknown>>;

/** The drafts in `kept`, which another version may have written. */
export function readDrafts(kept: unknown): PublishDraft[] {
  if (!Array.isArray(kept)) return [];
  return kept.slice(0, MOST_DRAFTS).flatMap((each: unknown) => readDraft(each) ?? []);
}

function readDraft(kept: unknown): PublishDraft | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined;
  const { topic, payload, qos, retain, format, compression, describe, every } = kept as Fields;
  if (typeof topic !== 'string' || typeof payload !== 'string') return undefined;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    topic,
    payload,
    qos: isQoS(qos) ? qos : 0,
    retain: retain === true,
    format: text(format),
    compression: text(compression),
    describe: describe === true,
    every: typeof every === 'number' && every >= SHORTEST_REPEAT ? every : 1,
  };
}

/** Drafts, and the place among them of the one that was written. */
export interface DraftAt {
  readonly drafts: readonly PublishDraft[];
  readonly at: number;
}

/**
 * `kept` with `written` in the place of the draft `before`, or at the end when there is none: it is new, or another tab of
 * the browser has taken the former away.
 */
export function withDraft(kept: readonly PublishDraft[], written: PublishDraft, before?: PublishDraft): DraftAt {
  const at = before ? kept.findIndex((draft) => isSameDraft(draft, before)) : -1;
  return at < 0 ? { drafts: [...kept, written], at: kept.length } : { drafts: kept.with(at, written), at };
}

/** `kept` without the draft `gone`, which another tab may have taken away before. */
export function withoutDraft(kept: readonly PublishDraft[], gone: PublishDraft): readonly PublishDraft[] {
  const at = kept.findIndex((draft) => isSameDraft(draft, gone));
  return at < 0 ? kept : kept.toSpliced(at, 1);
}

function isSameDraft(one: PublishDraft, other: PublishDraft): boolean {
  return FIELDS.every((name) => one[name] === other[name]);
}

/** What is wrong with a text as JSON. The place is left out where the browser does not tell. */
interface JsonProblem {
  readonly line?: number;
  readonly column?: number;
}

/** Undefined when `text` is valid JSON. */
export function jsonProblem(text: string): JsonProblem | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return placeIn(error instanceof Error ? error.message : '', text);
  }
}

/** Chromium and Node.js name the position, Firefox line and column. */
function placeIn(message: string, text: string): JsonProblem {
  const named = /line (\d+) column (\d+)/.exec(message);
  if (named) return { line: Number(named[1]), column: Number(named[2]) };
  const position = /position (\d+)/.exec(message);
  const end = position ? Number(position[1]) : /end of JSON|Unterminated/i.test(message) ? text.length : undefined;
  if (end === undefined) return {};
  const lines = text.slice(0, end).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** Whether a text is meant to be JSON: an object, a list or a text in quotes. */
export function looksLikeJson(text: string): boolean {
  return /^\s*[[{"]/.test(text);
}
