// JSON with `{{path}}` in it, filled from a message: `{ "time": {{$now}}, "unit": "{{params.unit}}" }`. A placeholder in
// the place of a value keeps the type of its value; in a text it is part of the text. Runs in the editor too.

import type { NoteOutside, OutsideFound } from './outside-value';
import { putProperty } from './plain-value';
import {
  type FillResult,
  type Placeholder,
  parsePlaceholder,
  placeholderValue,
  type Template,
  type TemplateSegment,
  textOfTemplate,
} from './template';

/** A parsed template. */
export interface JsonTemplate {
  readonly text: string;
  readonly root: JsonPart;
  /** All placeholders, in their order. */
  readonly placeholders: readonly Placeholder[];
}

type JsonPart =
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'value'; readonly placeholder: Placeholder }
  | { readonly kind: 'text'; readonly template: Template }
  | { readonly kind: 'list'; readonly items: readonly JsonPart[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [key: JsonPart, value: JsonPart])[] };

/** Why a text is no JSON template. Each has a sentence in the locales under `jsonTemplate.`. */
export type JsonTemplateProblem =
  | 'unexpected'
  | 'ends'
  | 'textEnds'
  | 'escape'
  | 'placeholder'
  | 'tooDeep'
  | 'after'
  | 'empty';

type JsonTemplateResult =
  | { readonly ok: true; readonly template: JsonTemplate }
  | {
      readonly ok: false;
      readonly problem: JsonTemplateProblem;
      /** Where, counted from 1. */
      readonly line: number;
      readonly column: number;
      /** The text from there on. */
      readonly at: string;
    };

type JsonFillResult = { readonly ok: true; readonly value: unknown } | Extract<FillResult, { readonly ok: false }>;

const DEEPEST = 100;
const OPEN = '{{';
const CLOSE = '}}';

/** Reads a template; see parseTemplate() for `note`. Never throws. */
export function parseJsonTemplate(text: string, note?: NoteOutside): JsonTemplateResult {
  const parser = new Parser(text, note);
  try {
    return { ok: true, template: { text, root: parser.whole(), placeholders: parser.placeholders } };
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const before = text.slice(0, fault.position).split('\n');
    const column = (before.at(-1) ?? '').length + 1;
    const at = text.slice(fault.position).split('\n', 1)[0]?.slice(0, 20) ?? '';
    return { ok: false, problem: fault.problem, line: before.length, column, at };
  }
}

/** Fills a template from the own properties of `source` and what was found outside. A missing value is the problem. */
export function fillJsonTemplate(template: JsonTemplate, source: object, outside: OutsideFound): JsonFillResult {
  return fillPart(template.root, source, outside);
}

function fillPart(part: JsonPart, source: object, outside: OutsideFound): JsonFillResult {
  switch (part.kind) {
    case 'constant':
      return { ok: true, value: part.value };
    case 'value': {
      const value = placeholderValue(part.placeholder, source, outside);
      if (value === undefined) return { ok: false, problem: 'missing', at: part.placeholder.text };
      return { ok: true, value };
    }
    case 'text': {
      const filled = textOfTemplate(part.template, source, outside);
      return filled.ok ? { ok: true, value: filled.text } : filled;
    }
    case 'list':
      return fillList(part.items, source, outside);
    case 'object':
      return fillObject(part.entries, source, outside);
  }
}

function fillList(items: readonly JsonPart[], source: object, outside: OutsideFound): JsonFillResult {
  const value: unknown[] = [];
  for (const item of items) {
    const filled = fillPart(item, source, outside);
    if (!filled.ok) return filled;
    value.push(filled.value);
  }
  return { ok: true, value };
}

function fillObject(
  entries: readonly (readonly [JsonPart, JsonPart])[],
  source: object,
  outside: OutsideFound,
): JsonFillResult {
  const value: Record<string, unknown> = {};
  for (const [key, content] of entries) {
    const name = fillPart(key, source, outside);
    if (!name.ok) return name;
    const filled = fillPart(content, source, outside);
    if (!filled.ok) return filled;
    putProperty(value, String(name.value), filled.value);
  }
  return { ok: true, value };
}

class Fault extends Error {
  readonly problem: JsonTemplateProblem;
  readonly position: number;

  constructor(problem: JsonTemplateProblem, position: number) {
    super(problem);
    this.problem = problem;
    this.position = position;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const SPACE = /[ \t\r\n]*/y;
const WORDS = Object.entries({ true: true, false: false, null: null });

class Parser {
  readonly placeholders: Placeholder[] = [];
  readonly #text: string;
  readonly #note: NoteOutside | undefined;
  #position = 0;

  constructor(text: string, note: NoteOutside | undefined) {
    this.#text = text;
    this.#note = note;
  }

  whole(): JsonPart {
    this.#skipSpace();
    if (this.#position === this.#text.length) throw new Fault('empty', this.#position);
    const root = this.#value(0);
    this.#skipSpace();
    if (this.#position < this.#text.length) throw new Fault('after', this.#position);
    return root;
  }

  #value(depth: number): JsonPart {
    if (depth > DEEPEST) throw new Fault('tooDeep', this.#position);
    // JSON has no object whose name is an object.
    if (this.#text.startsWith(OPEN, this.#position)) return { kind: 'value', placeholder: this.#placeholder() };
    switch (this.#text[this.#position]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#list(depth);
      case '"':
        return this.#string();
      default:
        return this.#word() ?? this.#number() ?? this.#unexpected();
    }
  }

  #placeholder(): Placeholder {
    const start = this.#position;
    const close = this.#text.indexOf(CLOSE, start);
    const written = this.#text.slice(start + OPEN.length, close === -1 ? start : close).trim();
    const placeholder = close === -1 ? undefined : parsePlaceholder(written, this.#note);
    if (!placeholder) throw new Fault('placeholder', start);
    this.#position = close + CLOSE.length;
    this.placeholders.push(placeholder);
    return placeholder;
  }

  #object(depth: number): JsonPart {
    const entries: (readonly [JsonPart, JsonPart])[] = [];
    this.#items('}', () => {
      if (this.#text[this.#position] !== '"') this.#unexpected();
      const key = this.#string();
      this.#skipSpace();
      this.#expect(':');
      this.#skipSpace();
      entries.push([key, this.#value(depth + 1)]);
    });
    return { kind: 'object', entries };
  }

  #list(depth: number): JsonPart {
    const items: JsonPart[] = [];
    this.#items(']', () => items.push(this.#value(depth + 1)));
    return { kind: 'list', items };
  }

  /** What stands between a bracket and `end`, separated by commas. */
  #items(end: '}' | ']', item: () => void): void {
    this.#position++;
    this.#skipSpace();
    if (this.#text[this.#position] === end) return void this.#position++;
    for (;;) {
      item();
      this.#skipSpace();
      if (this.#text[this.#position] === end) break;
      this.#expect(',');
      this.#skipSpace();
    }
    this.#position++;
  }

  /** A text. Quotes inside a placeholder belong to the placeholder: `"{{payload["a b"]}}"`. */
  #string(): JsonPart {
    const start = this.#position;
    const segments: TemplateSegment[] = [];
    let from = ++this.#position;
    for (;;) {
      const char = this.#text[this.#position];
      if (char === undefined || char === '\n') throw new Fault('textEnds', start);
      if (char === '"') break;
      if (this.#text.startsWith(OPEN, this.#position)) {
        this.#addText(segments, from);
        segments.push({ kind: 'value', ...this.#placeholder() });
        from = this.#position;
      } else this.#position += char === '\\' ? 2 : 1;
    }
    this.#addText(segments, from);
    this.#position++;
    if (segments.every(({ kind }) => kind === 'text')) return { kind: 'constant', value: textsOf(segments) };
    return { kind: 'text', template: { text: this.#text.slice(start, this.#position), segments, constant: undefined } };
  }

  /** Adds what stands from `from` to the current position, with its escapes read. */
  #addText(segments: TemplateSegment[], from: number): void {
    if (from === this.#position) return;
    try {
      segments.push({ kind: 'text', text: JSON.parse(`"${this.#text.slice(from, this.#position)}"`) });
    } catch {
      throw new Fault('escape', from);
    }
  }

  #word(): JsonPart | undefined {
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#position)) continue;
      this.#position += word.length;
      return { kind: 'constant', value };
    }
    return undefined;
  }

  #number(): JsonPart | undefined {
    NUMBER.lastIndex = this.#position;
    const found = NUMBER.exec(this.#text);
    if (!found) return undefined;
    const [written, fraction, exponent] = found;
    this.#position = NUMBER.lastIndex;
    const value = Number(written);
    const exact = fraction !== undefined || exponent !== undefined || Number.isSafeInteger(value);
    // A JavaScript number would round it.
    return { kind: 'constant', value: exact ? value : BigInt(written) };
  }

  #expect(char: string): void {
    if (this.#text[this.#position] !== char) this.#unexpected();
    this.#position++;
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#position;
    SPACE.exec(this.#text);
    this.#position = SPACE.lastIndex;
  }

  #unexpected(): never {
    throw new Fault(this.#position < this.#text.length ? 'unexpected' : 'ends', this.#position);
  }
}

function textsOf(segments: readonly TemplateSegment[]): string {
  return segments.map(({ text }) => text).join('');
}
