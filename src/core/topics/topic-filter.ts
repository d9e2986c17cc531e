// Topic filters with named wildcards: one parser for subscribe, publish, router and the editor.
// Matching lives in topic-trie.ts, reading the captures out of a topic in topic-captures.ts.

import { mqttStringProblem, type TopicNameProblem } from './topic-name';

/** A named wildcard: `+line` takes one level, `#rest` takes that level and all below it. */
export interface Capture {
  readonly name: string;
  /** Index of the level, the first being 0. */
  readonly level: number;
  readonly rest: boolean;
}

declare const wire: unique symbol;
/** A filter as a server understands it: wildcards without names, `$share/group/` kept. */
export type WireFilter = string & { readonly [wire]: true };

export interface TopicFilter {
  /** As the user wrote it. */
  readonly text: string;
  readonly wire: WireFilter;
  readonly captures: readonly Capture[];
  /** The group of a shared subscription (MQTT 5, section 4.8.2). */
  readonly shareGroup?: string;
}

/** Why a string is not a topic filter. Each value has a sentence in the locales under `topicFilter.`. */
export type TopicFilterProblem =
  | Exclude<TopicNameProblem, 'wildcard'>
  | 'wildcardInLevel'
  | 'hashNotLast'
  | 'captureName'
  | 'captureTwice'
  | 'shareGroup'
  | 'shareFilter';

export type TopicFilterResult =
  | { readonly ok: true; readonly filter: TopicFilter }
  | { readonly ok: false; readonly problem: TopicFilterProblem /** The part at fault. */; readonly at: string };

const SHARE = '$share';
/** A name must be an identifier, so that `msg.params.name` and `{{params.name}}` both work as written. */
const CAPTURE_NAME = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u;

/**
 * Reads a topic filter (MQTT 5, section 4.7.1) whose wildcards may be named: `plant/+line/#rest`. Never throws: the
 * result names the problem and the part at fault.
 */
export function parseTopicFilter(text: string): TopicFilterResult {
  const stringProblem = mqttStringProblem(text);
  if (stringProblem) return { ok: false, problem: stringProblem, at: '' };

  const parts = text.split('/');
  const shared = parts[0] === SHARE;
  const shareGroup = shared ? (parts[1] ?? '') : undefined;
  if (shareGroup !== undefined && !isShareGroup(shareGroup))
    return { ok: false, problem: 'shareGroup', at: shareGroup };
  const own = shared ? parts.slice(2) : parts;
  if (shared && own.join('/') === '') return { ok: false, problem: 'shareFilter', at: text };

  const levels: string[] = [];
  const captures: Capture[] = [];
  for (let index = 0; index < own.length; index++) {
    const part = own[index] as string;
    const level = isLiteral(part) ? part : readWildcard(part, index, own.length, captures);
    if (typeof level !== 'string') return level;
    levels.push(level);
  }
  return {
    ok: true,
    filter: {
      text,
      // The only place where a string becomes a WireFilter: it has just been checked and stripped of names.
      wire: (captures.length === 0 ? text : wireText(levels, shareGroup)) as WireFilter,
      captures,
      ...(shareGroup === undefined ? {} : { shareGroup }),
    },
  };
}

/**
 * The filter used for matching: wildcards without names, and without `$share/group/`, which concerns the server only.
 */
export function matchedText({ wire, shareGroup }: TopicFilter): string {
  return shareGroup === undefined ? wire : wire.slice(`${SHARE}/${shareGroup}/`.length);
}

function wireText(levels: readonly string[], shareGroup: string | undefined): string {
  const text = levels.join('/');
  return shareGroup === undefined ? text : `${SHARE}/${shareGroup}/${text}`;
}

function isLiteral(part: string): boolean {
  return !part.includes('+') && !part.includes('#');
}

/** Reads a level with a wildcard; adds to `captures` when it has a name. */
function readWildcard(
  part: string,
  index: number,
  count: number,
  captures: Capture[],
): '+' | '#' | Extract<TopicFilterResult, { ok: false }> {
  const wildcard = part[0] === '+' || part[0] === '#' ? part[0] : undefined;
  const name = part.slice(1);
  if (wildcard === undefined || !isLiteral(name)) return { ok: false, problem: 'wildcardInLevel', at: part };
  if (wildcard === '#' && index !== count - 1) return { ok: false, problem: 'hashNotLast', at: part };
  if (name === '') return wildcard;
  // `__proto__` would set the prototype of msg.params instead of a property.
  if (!CAPTURE_NAME.test(name) || name === '__proto__') return { ok: false, problem: 'captureName', at: name };
  if (captures.some((capture) => capture.name === name)) return { ok: false, problem: 'captureTwice', at: name };
  captures.push({ name: propertyName(name), level: index, rest: wildcard === '#' });
  return wildcard;
}

/** The text as the engine interns names of properties: once, so that 100,000 filters share it. */
function propertyName(text: string): string {
  return Object.keys({ [text]: true })[0] ?? text;
}

/** MQTT 5, section 4.8.2: a share name has at least one character and none of `/`, `+` and `#`. */
function isShareGroup(group: string): boolean {
  return group !== '' && !group.includes('+') && !group.includes('#');
}
