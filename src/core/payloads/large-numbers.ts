// Numbers in JSON that a JavaScript number cannot hold: identifiers such as 1724442618569203714 would arrive with other
// digits. They are found in the text, since JSON.parse() has rounded them already.

/** What becomes of a whole number beyond ±9,007,199,254,740,991. */
export type LargeIntegers = 'text' | 'bigint';

/** Number.MAX_SAFE_INTEGER has 16 digits. */
const LONG = 16;
/** Digits of the largest BigInt: longer ones take long to read. */
const MOST_DIGITS = 1000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;

/**
 * `parsed`, which JSON.parse() has made of `text`, with what it has rounded put right: whole numbers that are too large
 * follow `largeIntegers`. A fraction or an exponent means the number nearest to it, as in every language; only a payload
 * that is one number, and out of range, stays text. `bytes` are those of `text` in UTF-8.
 */
export function exactNumbers(text: string, bytes: Uint8Array, parsed: unknown, largeIntegers: LargeIntegers): unknown {
  if (typeof parsed === 'number') return exactNumber(text, parsed, largeIntegers);
  if (typeof parsed !== 'object' || parsed === null || !mayHoldLargeInteger(bytes)) return parsed;
  const quoted = withLargeIntegersQuoted(text);
  if (quoted === text) return parsed;
  const exact: unknown = JSON.parse(quoted);
  return largeIntegers === 'bigint' ? withBigInts(exact, parsed) : exact;
}

function exactNumber(text: string, value: number, largeIntegers: LargeIntegers): unknown {
  if (value !== 0 && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  const literal = text.trim();
  if (isLargeInteger(literal)) return largeIntegers === 'bigint' ? bigIntOr(literal) : literal;
  // As `4E123456` is, or `1e-999`: an identifier, or at least none of the numbers that it would become.
  const inRange = value === 0 ? !/^[-0.]*[1-9]/.test(literal) : Number.isFinite(value);
  return inRange ? value : literal;
}

/**
 * False when all whole numbers are exact. A run of 16 digits covers one of every 16 bytes, so that most are never
 * looked at: a scan of them all, or a regular expression, would slow down all payloads.
 */
function mayHoldLargeInteger(bytes: Uint8Array): boolean {
  for (let at = LONG - 1; at < bytes.length; at += LONG) {
    if (!isDigit(bytes[at])) continue;
    let start = at;
    while (start > 0 && isDigit(bytes[start - 1])) start--;
    while (at + 1 < bytes.length && isDigit(bytes[at + 1])) at++;
    if (at + 1 - start >= LONG && startsNumber(bytes, start)) return true;
  }
  return false;
}

/** Whether what stands before `start` may stand before a number. Most long runs of digits are fractions and texts. */
function startsNumber(bytes: Uint8Array, start: number): boolean {
  if (start === 0) return true;
  const before = bytes[start - 1] ?? 0;
  if (before === MINUS) return startsNumber(bytes, start - 1);
  // White space, or one of `,:[`.
  return before <= 0x20 || before === 0x2c || before === 0x3a || before === 0x5b;
}

/** `text`, which is valid JSON, with its large integers in quotes. */
function withLargeIntegersQuoted(text: string): string {
  let quoted = '';
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfText(text, at);
    if (character !== MINUS && !isDigit(character)) continue;
    const end = endOfNumber(text, at);
    const literal = text.slice(at, end);
    if (isLargeInteger(literal)) {
      quoted += `${text.slice(copied, at)}"${literal}"`;
      copied = end;
    }
    at = end - 1;
  }
  return copied === 0 ? text : quoted + text.slice(copied);
}

/** The place of the quote that ends the text which starts at `at`. */
function endOfText(text: string, at: number): number {
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

/** Whether `literal` is written in digits alone, or with a fraction, and lies where numbers skip integers. */
function isLargeInteger(literal: string): boolean {
  return literal.length >= LONG && !/[eE]/.test(literal) && Math.abs(Number(literal)) > Number.MAX_SAFE_INTEGER;
}

/**
 * BigInts in `exact` where it has a text and `parsed`, from the same JSON, a number. By a list of what is open, since a
 * recursion could run out of stack.
 */
function withBigInts(exact: unknown, parsed: unknown): unknown {
  const root = { value: exact };
  const open: [unknown, unknown][] = [[root, { value: parsed }]];
  for (let pair = open.pop(); pair; pair = open.pop()) {
    const [into, from] = pair;
    if (!isHolder(into) || !isHolder(from)) continue;
    for (const name of Object.keys(into)) {
      const text = into[name];
      if (typeof text === 'string' && typeof from[name] === 'number') into[name] = bigIntOr(text);
      else if (isHolder(text)) open.push([text, from[name]]);
    }
  }
  return root.value;
}

function bigIntOr(text: string): bigint | string {
  return text.length <= MOST_DIGITS && /^-?[0-9]+$/.test(text) ? BigInt(text) : text;
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isDigit(character = 0): boolean {
  return character >= 0x30 && character <= 0x39;
}
