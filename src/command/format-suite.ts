// Tests for payload formats of other packages (docs/formats.md): what every format has to do, whatever test runner there is.
// Each case throws an AssertionError where the format does not.

import assert from 'node:assert/strict';
import { inspect, isDeepStrictEqual } from 'node:util';
import type { PayloadFormat } from '../core/payloads/payload-format';
import { isTooDeep } from '../core/payloads/too-deep';
import { optionProblem, type SavedOptions, usableOptions } from '../core/values/options-schema';
import { type BoundFormat, bindFormat, payloadOf } from './bound-format';

/** A format as it is registered. */
export type TestedFormat = PayloadFormat;

export interface FormatSamples {
  /** Values that come back as they were sent; at least one. */
  readonly values: readonly unknown[];
  /** Payloads that are none of the format. */
  readonly unreadable?: readonly Uint8Array[];
  /** Values that the format has no form for. */
  readonly unsendable?: readonly unknown[];
  /** Characters, bytes and elements that a decoded value may have for each byte of the payload; 100 unless given. */
  readonly growth?: number;
  /** The topic that payloads come from. */
  readonly topic?: string;
  /** Options, as a user sets them, with which all of this holds; the defaults unless given. */
  readonly options?: SavedOptions;
  /** The texts of files that the options name, by their paths. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface FormatCase {
  readonly title: string;
  run(): void;
}

/** Payloads of random bytes, and the most bytes of one. */
const RANDOM_PAYLOADS = 1000;
const RANDOM_BYTES = 64;
/** More levels than a value may have. */
const MANY = 2000;
/** What a value may have beside what grows with the payload. */
const BASE = 10_000;

/** The cases for `format`, each to be run by itself. */
export function formatCases(format: TestedFormat, samples: FormatSamples): readonly FormatCase[] {
  const { values, unreadable = [], unsendable = [], growth = 100, options = {} } = samples;
  let known: BoundFormat | undefined;
  /** With the options of the samples. */
  const bound = (): BoundFormat => {
    known ??= bindFormat(format, samples, options);
    return known;
  };
  /** A format that cannot be used so fails the case, and does not count as one that refuses all. */
  const ready = (run: () => void) => (): void => {
    bound();
    run();
  };
  const decode = (payload: Uint8Array): unknown => bound().decode(Buffer.from(payload));
  const encode = (value: unknown): Buffer => bound().encode(value);
  return [
    { title: 'has a name and content types that can be used', run: () => checkNames(format) },
    { title: 'has options that can be used', run: () => checkOptions(format) },
    ...values.map((value) => ({ title: `brings back ${shown(value)}`, run: () => checkRoundTrip(bound(), value) })),
    ...otherOptions(format, options).map(([name, value]) => ({
      title: `brings back its values with ${name} = ${shown(value)}, or says why it cannot work so`,
      run: () => checkWith({ ...options, [name]: value }),
    })),
    ...unreadable.map((payload) => ({
      title: `refuses to read ${shown(Buffer.from(payload))}`,
      run: ready(() => assertRefused(() => decode(payload))),
    })),
    ...unsendable.map((value) => ({
      title: `refuses to send ${shown(value)}`,
      run: ready(() => assertRefused(() => encode(value))),
    })),
    { title: 'leaves the payloads alone that it has made', run: ready(checkMade) },
    { title: 'reads or refuses payloads that end early', run: ready(checkBeginnings) },
    { title: 'reads or refuses any bytes, and makes no more of them than they are', run: ready(checkRandomBytes) },
    { title: 'sends or refuses any value', run: ready(checkAnyValue) },
  ];

  function checkWith(changed: SavedOptions): void {
    const tried = outcome(() => bindFormat(format, samples, changed));
    if (tried.ok) for (const value of values) checkRoundTrip(tried.value, value);
  }

  function checkMade(): void {
    const made = values.map((value) => {
      const payload = payloadOf(bound().make(value));
      return { payload, copy: Buffer.from(payload) };
    });
    for (const { payload, copy } of made)
      assert.ok(copy.equals(Buffer.from(payload)), 'encode() changes its last bytes');
  }

  function checkBeginnings(): void {
    for (const value of values) {
      const payload = encode(value);
      const step = Math.max(1, Math.floor(payload.length / 1000));
      for (let end = 0; end < payload.length; end += step) readOrRefuse(payload.subarray(0, end));
    }
  }

  function checkRandomBytes(): void {
    const next = randomBytes();
    for (let count = 0; count < RANDOM_PAYLOADS; count++) {
      readOrRefuse(Uint8Array.from({ length: next() % RANDOM_BYTES }, next));
    }
    // What a format of lengths takes for a very large one.
    for (const byte of [0x00, 0x7f, 0x80, 0xff]) readOrRefuse(new Uint8Array(100).fill(byte));
    for (const byte of Array.from({ length: 256 }, (_, index) => index)) {
      readOrRefuse(Uint8Array.from([byte, 0xff, 0xff, 0xff, 0xff, 0x0f]));
      readOrRefuse(new Uint8Array(MANY).fill(byte));
    }
  }

  function readOrRefuse(payload: Uint8Array): void {
    const decoded = outcome(() => decode(payload));
    if (!decoded.ok) return;
    const deep = format.checksDepth === true && isTooDeep(decoded.value);
    assert.ok(!deep, 'it checks the depth, it says, and gives a value that is too deep');
    const most = growth * payload.length + BASE;
    const text = Buffer.from(payload).toString('hex').slice(0, 200);
    assert.ok(isTooDeep(decoded.value) || sizeOf(decoded.value, most) <= most, `${text} becomes more than ${most}`);
  }

  function checkAnyValue(): void {
    let deep: unknown = 1;
    for (let level = 0; level < MANY; level++) deep = [deep];
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const others = [undefined, null, true, 0, -0, 0.5, Number.NaN, 2n ** 70n, '', 'text', '\ud800', Buffer.from([1])];
    const objects = [[], {}, [undefined], { a: undefined }, new Date(0), new Date(Number.NaN), new Map(), new Set([1])];
    const strange = [circle, deep, Symbol('s'), () => 1, new Error('e'), Object.create(null)];
    for (const value of [...others, ...objects, ...strange]) {
      const made = outcome(() => bound().make(value));
      if (!made.ok) continue;
      const payload: unknown = payloadOf(made.value);
      const isPayload = typeof payload === 'string' || ArrayBuffer.isView(payload);
      assert.ok(isPayload, `encode(${shown(value)}) returns ${shown(made.value)}`);
      readOrRefuse(Buffer.from(payload as string | Uint8Array));
    }
  }
}

function checkRoundTrip(bound: BoundFormat, value: unknown): void {
  const before = inspect(value, { depth: null });
  const payload = bound.encode(value);
  assert.equal(inspect(value, { depth: null }), before, 'encode() has changed the value');
  const received = Buffer.from(payload);
  const decoded = bound.decode(received);
  assert.ok(received.equals(payload), 'decode() has changed the payload, which others read, too');
  assert.ok(!isPromise(decoded), 'decode() returns a Promise, which no flow waits for');
  assert.ok(isDeepStrictEqual(decoded, value), `${shown(value)} has come back as ${shown(decoded)}`);
  received.fill(0xaa);
  assert.ok(isDeepStrictEqual(decoded, value), 'the value is a part of the payload, which others may overwrite');
}

/** Each value that a user can choose for one option while the others stay. */
function otherOptions({ options }: TestedFormat, given: SavedOptions): readonly (readonly [string, unknown])[] {
  return Object.entries(usableOptions(options)).flatMap(([name, option]) => {
    const choices = option.type === 'boolean' ? [true, false] : (option.enum ?? []);
    return choices.filter((value) => value !== (given[name] ?? option.default)).map((value) => [name, value] as const);
  });
}

/** A dialog shows them, and saves them by their names. */
function checkOptions({ options = {}, prepare }: TestedFormat): void {
  assert.ok(prepare === undefined || typeof prepare === 'function', 'prepare');
  const usable = usableOptions(options);
  for (const [name, option] of Object.entries(options)) {
    assert.match(name, /^[A-Za-z][A-Za-z0-9_]*$/, 'the name of an option');
    assert.ok(Object.hasOwn(usable, name), `${name}: the type is "string", "number", "integer" or "boolean"`);
    for (const text of [option.title ?? name, option.description ?? name]) {
      assert.ok(typeof text === 'string' && text.trim() !== '', `${name}: title and description are texts`);
    }
    const { enum: choices, ...free } = option;
    assert.ok(choices === undefined || choices.length > 0, `${name}: enum has values`);
    for (const value of choices ?? []) assert.equal(optionProblem(free, value), undefined, `${name}: enum`);
    if (option.default !== undefined) {
      assert.equal(optionProblem(option, option.default), undefined, `${name}: the default fits`);
    }
  }
}

/** Its name stands in flows, behind a compression and a plus sign. */
function checkNames({ format, mediaType, mediaTypes = [], decode, encode }: TestedFormat): void {
  assert.match(format, /^[a-z0-9][a-z0-9._-]*$/, 'the name of the format');
  assert.equal(typeof decode, 'function', 'decode');
  assert.equal(typeof encode, 'function', 'encode');
  if (mediaType !== undefined) assert.match(mediaType, /^[\w.+-]+\/[\w.+-]+( *;.*)?$/, 'mediaType');
  for (const type of mediaTypes) assert.match(type, /^([\w.+-]+\/[\w.+*-]+|\+[\w.-]+)$/, 'mediaTypes');
}

type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false };

/** What `run` returns; a refusal is an Error with a message, which users read. */
function outcome<T>(run: () => T): Outcome<T> {
  try {
    return { ok: true, value: run() };
  } catch (thrown) {
    assertError(thrown);
    return { ok: false };
  }
}

function assertRefused(run: () => unknown): void {
  const result = outcome(run);
  assert.ok(!result.ok, `it becomes ${result.ok ? shown(result.value) : ''}`);
}

function assertError(thrown: unknown): void {
  const isError = Object.prototype.toString.call(thrown) === '[object Error]';
  assert.ok(isError, `what is thrown is no Error but ${shown(thrown)}`);
  assert.notEqual((thrown as Error).message.trim(), '', 'the Error has no message');
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value;
}

/** Elements, characters and bytes of a value, until there are more than `most`. */
function sizeOf(value: unknown, most: number): number {
  const open = [value];
  let size = 0;
  for (let next = open.pop(); size <= most && (open.length > 0 || next !== undefined); next = open.pop()) {
    size++;
    if (typeof next === 'string') size += next.length;
    else if (ArrayBuffer.isView(next)) size += next.byteLength;
    else if (next instanceof Map) for (const entry of next) open.push(...entry);
    else if (Array.isArray(next) || next instanceof Set) for (const entry of next) open.push(entry ?? null);
    else if (typeof next === 'object' && next !== null) {
      for (const [name, entry] of Object.entries(next)) open.push(name, entry ?? null);
    }
  }
  return size;
}

/** The same bytes in each run (a linear congruential generator), so that a failure can be repeated. */
function randomBytes(): () => number {
  let state = 12_345;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  };
}

function shown(value: unknown): string {
  const text = inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY });
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
