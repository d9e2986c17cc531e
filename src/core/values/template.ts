// Texts with `{{path}}` in them, filled from a message: topics to publish to, topics that the router rewrites. Runs in
// the editor too. The caller checks what a filled text contains.

/** The steps to a value. A step that is a path itself stands for the name or index that it leads to. */
export type Path = readonly (string | Path)[];

type Segment =
  | { readonly kind: 'text'; readonly text: string }
  /** `text` is the path as written. */
  | { readonly kind: 'value'; readonly path: Path; readonly text: string };

/** A parsed template. `constant` is its text when it has no placeholder. */
export interface Template {
  readonly text: string;
  readonly segments: readonly Segment[];
  readonly constant: string | undefined;
}

/** Why a string is not a template. Each value has a sentence in the locales under `template.`. */
export type TemplateProblem = 'unclosed' | 'emptyPath';

export type TemplateResult =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly problem: TemplateProblem /** The text from the fault on. */; readonly at: string };

/** Why a template could not be filled. Each value has a sentence in the locales under `templateValue.`. */
export type FillProblem = 'missing' | 'empty' | 'notText';

export type FillResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: FillProblem /** The path at fault, as written. */; readonly at: string };

const OPEN = '{{';
const CLOSE = '}}';

/** Reads a template: `report/{{params.line}}/{{payload.id}}`. Never throws. */
export function parseTemplate(text: string): TemplateResult {
  const segments: Segment[] = [];
  let position = 0;
  while (position < text.length) {
    const open = text.indexOf(OPEN, position);
    if (open === -1) break;
    const close = text.indexOf(CLOSE, open);
    if (close === -1) return { ok: false, problem: 'unclosed', at: text.slice(open) };
    const written = text.slice(open + OPEN.length, close).trim();
    const path = parsePath(written);
    if (!path) return { ok: false, problem: 'emptyPath', at: text.slice(open, close + CLOSE.length) };
    if (open > position) segments.push({ kind: 'text', text: text.slice(position, open) });
    segments.push({ kind: 'value', path, text: written });
    position = close + CLOSE.length;
  }
  const constant = segments.length === 0 ? text : undefined;
  if (position < text.length) segments.push({ kind: 'text', text: text.slice(position) });
  return { ok: true, template: { text, segments, constant } };
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
  return steps.length > 0 ? steps : undefined;
}

/**
 * Fills a template from the own properties of `source`. A value must be a non-empty string, a number or a boolean. A
 * missing or structured value is a problem, so that no text contains `undefined`.
 */
export function fillTemplate(template: Template, source: object): FillResult {
  if (template.constant !== undefined) return { ok: true, text: template.constant };
  let text = '';
  for (const segment of template.segments) {
    if (segment.kind === 'text') {
      text += segment.text;
      continue;
    }
    const value = readPath(source, segment.path) ?? levelAt(source, segment.path);
    const problem = fillProblem(value);
    if (problem) return { ok: false, problem, at: segment.text };
    text += String(value);
  }
  return { ok: true, text };
}

/** The first placeholder, as written, for whose text `isAtFault` holds; undefined when there is none. */
export function placeholderAtFault(
  template: Template,
  source: object,
  isAtFault: (text: string) => boolean,
): string | undefined {
  for (const segment of template.segments) {
    if (segment.kind === 'value' && isAtFault(String(readPath(source, segment.path)))) return segment.text;
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
