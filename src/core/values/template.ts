// Texts with `{{path}}` in them, filled from a message: topics to publish to, topics that the router rewrites. Runs in
// the editor too. The caller checks what a filled text contains.

import { NOTHING_OUTSIDE, type NoteOutside, type OutsideFound } from './outside-value';

/** The steps to a value. A step that is a path itself stands for the name or index that it leads to. */
export type Path = readonly (string | Path)[];

/** A value to be filled in. */
export interface Placeholder {
  /** As written. */
  readonly text: string;
  /** Where it is in the message; undefined when it is never there. */
  readonly path: Path | undefined;
  /** Its place among the values found outside the message, where the message does not have it. */
  readonly outside: number | undefined;
}

export type TemplateSegment =
  | { readonly kind: 'text'; readonly text: string }
  | ({ readonly kind: 'value' } & Placeholder);

/** A parsed template. `constant` is its text when it has no placeholder. */
export interface Template {
  readonly text: string;
  readonly segments: readonly TemplateSegment[];
  readonly constant: string | undefined;
}

/** Why a string is not a template. Each value has a sentence in the locales under `template.`. */
export type TemplateProblem = 'unclosed' | 'emptyPath' | 'noMessage';

type TemplateResult =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly problem: TemplateProblem /** The text from the fault on. */; readonly at: string };

/** Why a template could not be filled. Each value has a sentence in the locales under `templateValue.`. */
export type FillProblem = 'missing' | 'empty' | 'notText';

export type FillResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: FillProblem /** The path at fault, as written. */; readonly at: string };

const OPEN = '{{';
const CLOSE = '}}';

/**
 * Reads a template: `report/{{params.line}}/{{payload.id}}`. Never throws. With `note`, it may also name values outside
 * the message: `{{flow.x}}`, `{{global.x}}`, `{{env.X}}`, `{{$now}}`, `{{$iso}}`.
 */
export function parseTemplate(text: string, note?: NoteOutside): TemplateResult {
  const segments: TemplateSegment[] = [];
  let position = 0;
  while (position < text.length) {
    const open = text.indexOf(OPEN, position);
    if (open === -1) break;
    const close = text.indexOf(CLOSE, open);
    if (close === -1) return { ok: false, problem: 'unclosed', at: text.slice(open) };
    const written = text.slice(open + OPEN.length, close).trim();
    const placeholder = parsePlaceholder(written, note);
    if (!placeholder) return { ok: false, problem: 'emptyPath', at: text.slice(open, close + CLOSE.length) };
    if (open > position) segments.push({ kind: 'text', text: text.slice(position, open) });
    segments.push({ kind: 'value', ...placeholder });
    position = close + CLOSE.length;
  }
  const constant = segments.length === 0 ? text : undefined;
  if (position < text.length) segments.push({ kind: 'text', text: text.slice(position) });
  return { ok: true, template: { text, segments, constant } };
}

/** Reads what stands between the braces; undefined when it is not a path. */
export function parsePlaceholder(text: string, note?: NoteOutside): Placeholder | undefined {
  if (note && (text === '$now' || text === '$iso')) {
    return { text, path: undefined, outside: note(text === '$now' ? 'now' : 'iso', '') };
  }
  const path = parsePath(text);
  if (!path) return undefined;
  const dot = text.indexOf('.');
  const before = text.slice(0, Math.max(dot, 0));
  const names = note && (before === 'flow' || before === 'global' || before === 'env');
  return { text, path, outside: names ? note(before, text.slice(dot + 1)) : undefined };
}

/**
 * The value of a placeholder; undefined when there is none. What the message has comes first, so that a property of it
 * that is called `flow` keeps its meaning.
 */
export function placeholderValue({ path, outside }: Placeholder, source: object, found: OutsideFound): unknown {
  let value = path && readPath(source, path);
  if (value === undefined && path) value = levelAt(source, path);
  return value === undefined && outside !== undefined ? found[outside] : value;
}

/** One step of a path: a name after a dot; an index, a quoted name or another path in brackets. */
const STEP = /\.([^.[\]]+)|\[(\d+)\]|\["([^"]+)"\]|\['([^']+)'\]|\[(msg[.[](?:[^[\]]|\[[^[\]]*\])+)\]/y;

/** The path may begin with the message itself, as in Node-RED. */
const MESSAGE = /^msg(?=[.[])\.?/;

/**
 * The steps of a path in Node-RED's notation, such as `payload.items[0]["first name"]` or `payload[msg.topic]`;
 * undefined when it is not a path.
 */
export function parsePath(text: string): Path | undefined {
  const steps: (string | Path)[] = [];
  const relative = text.replace(MESSAGE, '');
  const path = relative.startsWith('[') ? relative : `.${relative}`;
  let position = 0;
  while (position < path.length) {
    STEP.lastIndex = position;
    const step = STEP.exec(path);
    if (!step) return undefined;
    position = STEP.lastIndex;
    const inner = step[5];
    const next = inner === undefined ? (step[1] ?? step[2] ?? step[3] ?? step[4]) : parsePath(inner);
    if (next === undefined) return undefined;
    steps.push(next);
  }
  return steps;
}

/**
 * Fills a template from the own properties of `source` and what was found outside it. A value must be a non-empty string,
 * a number or a boolean. A missing or structured value is a problem, so that no text contains `undefined`.
 */
export function fillTemplate(template: Template, source: object, outside: OutsideFound = NOTHING_OUTSIDE): FillResult {
  return filled(template, source, outside, false);
}

/** Fills the template of a text for people or devices, in which values may be empty. */
export function textOfTemplate(template: Template, source: object, outside: OutsideFound): FillResult {
  return filled(template, source, outside, true);
}

function filled(template: Template, source: object, outside: OutsideFound, mayBeEmpty: boolean): FillResult {
  if (template.constant !== undefined) return { ok: true, text: template.constant };
  let text = '';
  for (const segment of template.segments) {
    if (segment.kind === 'text') {
      text += segment.text;
      continue;
    }
    const value = placeholderValue(segment, source, outside);
    const problem = fillProblem(value);
    if (problem && !(mayBeEmpty && problem === 'empty')) return { ok: false, problem, at: segment.text };
    text += String(value);
  }
  return { ok: true, text };
}

/** The first placeholder, as written, for whose text `isAtFault` holds; undefined when there is none. */
export function placeholderAtFault(
  template: Template,
  source: object,
  outside: OutsideFound,
  isAtFault: (text: string) => boolean,
): string | undefined {
  for (const segment of template.segments) {
    const isValue = segment.kind === 'value';
    if (isValue && isAtFault(String(placeholderValue(segment, source, outside)))) return segment.text;
  }
  return undefined;
}

/** Why `value` cannot be part of a text, or undefined. */
export function fillProblem(value: unknown): FillProblem | undefined {
  if (value === undefined || value === null) return 'missing';
  if (value === '') return 'empty';
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'notText';
  return 'notText';
}

const INDEX = /^\d+$/;

/** An index into a text selects one of its levels, counted from 0: `{{topic[1]}}` of `plant/press` is `press`. */
function levelAt(source: object, path: Path): string | undefined {
  const index = path.at(-1);
  if (typeof index !== 'string' || !INDEX.test(index)) return undefined;
  const text = readPath(source, path.slice(0, -1));
  return typeof text === 'string' ? text.split('/')[Number(index)] : undefined;
}

/** The value at `path`. Only own properties are read, so that `constructor.name` finds nothing. */
export function readPath(source: object, path: Path): unknown {
  let value: unknown = source;
  for (const step of path) {
    const key = typeof step === 'string' ? step : String(readPath(source, step));
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
