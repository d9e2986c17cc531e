// Numbers in JSON that a JavaScript number cannot hold: identifiers such as 1724442618569203714 would arrive with other
// digits. Their digits are taken from the text, since JSON.parse() has rounded them already.

/** What becomes of a whole number beyond ±9,007,199,254,740,991. */
export type LargeIntegers = 'text' | 'bigint';

/**
 * What a value from JSON needs beside: nothing, or digits that it may have lost, or it has more than MOST_LEVELS levels of
 * objects and arrays.
 */
type JsonFinding = 'exact' | 'rounded' | 'tooDeep';

/**
 * Levels that a payload may have. Node-RED copies messages by recursion, which ends near 2,000 levels with an exception
 * that can end Node-RED.
 */
export const MOST_LEVELS = 1000;

/** Number.MAX_SAFE_INTEGER has 16 digits. */
const LONG = 16;
/** Digits of the largest BigInt: longer ones take long to read. */
const MOST_DIGITS = 1000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;

/**
 * Looks through `value`, an object or array from JSON.parse(), at level `level` from 1. Each number that was too large is
 * still large, or Infinity. This is faster than a look at the text, and faster by these loops than by others.
 */
export function lookThrough(value: object, level = 1): JsonFinding {
  if (level > MOST_LEVELS) return 'tooDeep';
  if (!Array.isArray(value)) return lookThroughNames(value, level);
  const greatest = greatestNumber(value);
  if (greatest !== undefined) return isLarge(greatest) ? 'rounded' : 'exact';
  let found: JsonFinding = 'exact';
  for (const entry of value as readonly unknown[]) {
    if (typeof entry === 'number') {
      if (isLarge(entry)) found = 'rounded';
    } else if (typeof entry === 'object' && entry !== null) {
      const inner = lookThrough(entry, level + 1);
      if (inner === 'tooDeep') return inner;
      if (inner === 'rounded') found = inner;
    }
  }
  return found;
}

function lookThroughNames(value: object, level: number): JsonFinding {
  let found: JsonFinding = 'exact';
  // Any object is names with values.
  const named = value as Readonly<Record<string, unknown>>;
  for (const name in named) {
    const entry = named[name];
    if (typeof entry === 'number') {
      if (isLarge(entry)) found = 'rounded';
    } else if (typeof entry === 'object' && entry !== null) {
      const inner = lookThrough(entry, level + 1);
      if (inner === 'tooDeep') return inner;
      if (inner === 'rounded') found = inner;
    }
  }
  return found;
}

/**
 * The greatest absolute value in an array of numbers; undefined if something else is in it. A loop of its own is faster,
 * above all for whole numbers.
 */
function greatestNumber(values: readonly unknown[]): number | undefined {
  let greatest = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (typeof value !== 'number') return undefined;
    const absolute = value < 0 ? -value : value;
    if (absolute > greatest) greatest = absolute;
  }
  return greatest;
}

function isLarge(value: number): boolean {
  return value > Number.MAX_SAFE_INTEGER || value < -Number.MAX_SAFE_INTEGER;
}

/**
 * The value of `text`, JSON of an object or array in which lookThrough() has found large numbers in `parsed`: whole
 * numbers that a number cannot hold, and what is out of range, such as 1e999, become what `make` makes of their text. Any
 * other fraction or exponent means the number nearest to it, as in every language.
 */
export function withExactNumbers(text: string, parsed: unknown, make?: (literal: string) => unknown): unknown {
  const quoted = withUnheldQuoted(text);
  if (quoted === text) return parsed;
  const exact: unknown = JSON.parse(quoted);
  return make ? madeOfTexts(exact, parsed, make) : exact;
}

/** What a payload that is one number becomes: `value`, which JSON.parse() has made of it, or its text. */
export function exactNumber(text: string, value: number): number | string {
  if (value !== 0 && !isLarge(value)) return value;
  const literal = text.trim();
  // As `1e-999` is: an identifier, or at least not 0.
  const isLost = value === 0 ? /^[-0.]*[1-9]/.test(literal) : isUnheld(literal);
  return isLost ? literal : value;
}

/** `text`, which is valid JSON, with the numbers in quotes that a JavaScript number cannot hold. */
function withUnheldQuoted(text: string): string {
  let quoted = '';
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfText(text, at);
    if (character !== MINUS && !isDigit(character)) continue;
    const end = endOfNumber(text, at);
    const literal = text.slice(at, end);
    if (isUnheld(literal)) {
      quoted += `${text.slice(copied, at)}"${literal}"`;
      copied = end;
    }
    at = end - 1;
  }
  return copied === 0 ? text : quoted + text.slice(copied);
}

/** The place of the quote that ends the text in JSON which starts at `at`. */
export function endOfText(text: string, at: number): number {
  let end = at + 1;
  while (text.charCodeAt(end) !== QUOTE) end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
  return end;
}

function endOfNumber(text: string, at: number): number {
  let end = at + 1;
  // Digits, and `+-.eE`.
  while (isDigit(text.charCodeAt(end)) || '+-.eE'.includes(text.charAt(end) || ',')) end++;
  return end;
}

/** Whether `literal` is a whole number where numbers skip integers, or an exponent has taken it out of range. */
function isUnheld(literal: string): boolean {
  const value = Number(literal);
  return !Number.isFinite(value) || (literal.length >= LONG && isLarge(value) && !/[eE]/.test(literal));
}

/**
 * `exact` with what `make` makes of each text where `parsed`, from the same JSON, has a number. By a list of what is open,
 * since a recursion could run out of stack.
 */
function madeOfTexts(exact: unknown, parsed: unknown, make: (literal: string) => unknown): unknown {
  const open: [unknown, unknown][] = [[exact, parsed]];
  for (let pair = open.pop(); pair; pair = open.pop()) {
    const [into, from] = pair;
    if (!isHolder(into) || !isHolder(from)) continue;
    for (const name of Object.keys(into)) {
      const text = into[name];
      if (typeof text === 'string' && typeof from[name] === 'number') into[name] = make(text);
      else if (isHolder(text)) open.push([text, from[name]]);
    }
  }
  return exact;
}

/** A whole number as BigInt; the text of any other. */
export function bigIntOr(literal: string): bigint | string {
  return literal.length <= MOST_DIGITS && /^-?[0-9]+$/.test(literal) ? BigInt(literal) : literal;
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isDigit(character = 0): boolean {
  return character >= 0x30 && character <= 0x39;
}
