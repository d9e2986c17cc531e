// JSON as text: parsed and made without an exception, and without losing anything on the way.

import { detailOf } from '../errors/thrown-value';
import { type Decoded, type Encoded, failure, type PayloadFailure } from './codec';
import { lossIn } from './json-loss';
import { bigIntOr, exactNumber, type LargeIntegers, lookThrough, MOST_LEVELS, withExactNumbers } from './large-numbers';
import { MOST_VALUES } from './value-budget';

export const JSON_TYPE = 'application/json';

const TOO_MANY = failure('tooManyValues', String(MOST_VALUES));

export const TOO_DEEP = failure('tooDeep', String(MOST_LEVELS));

/** Reads JSON. What a number cannot hold becomes text, or a BigInt if that is asked for. */
export function parseJson(text: string, largeIntegers: LargeIntegers): Decoded {
  const make = largeIntegers === 'bigint' ? bigIntOr : undefined;
  if (hasMoreHolders(text, MOST_VALUES)) return TOO_MANY;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'number') {
      const exact = exactNumber(text, value);
      return { ok: true, value: make && typeof exact === 'string' ? make(exact) : exact };
    }
    if (typeof value !== 'object' || value === null) return { ok: true, value };
    const found = lookThrough(value);
    if (found === 'tooDeep') return TOO_DEEP;
    return { ok: true, value: found === 'exact' ? value : withExactNumbers(text, value, make) };
  } catch (error) {
    return unreadable(text, error);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/**
 * Whether JSON has more than `most` objects and arrays: each takes far more memory than its text. Numbers and texts do not,
 * and long lists of numbers are common, so they do not count.
 */
function hasMoreHolders(text: string, most: number): boolean {
  // Each has two characters at least.
  if (text.length <= 2 * most) return false;
  let holders = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) isInText = !isInText;
    else if (character === BACKSLASH) at++;
    else if ((character === BRACE || character === BRACKET) && !isInText && ++holders > most) return true;
  }
  return false;
}

/** The reasons that nobody sees in a text are named. */
function unreadable(text: string, error: unknown): PayloadFailure {
  if (text.startsWith('\uFEFF')) return failure('startsWithBom', '');
  if (text.endsWith('\0')) return failure('endsWithNul', '');
  return failure('notJson', detailOf(error));
}

/** Makes JSON. A BigInt becomes a number with all its digits; what would be lost is a failure. */
export function jsonFrom(value: unknown): Encoded {
  try {
    const text = stringified(value);
    if (text === undefined) return failure('notJson', typeof value);
    const lost = lossIn(value, text);
    return lost === undefined ? { ok: true, payload: text, contentType: JSON_TYPE } : failure('noJsonForm', lost);
  } catch (error) {
    // Circular structures, and getters that throw.
    return failure('notJson', detailOf(error));
  }
}

function stringified(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // A TypeError means a BigInt or a circular structure; for the latter it is thrown again.
    if (error instanceof TypeError) return withBigInts(value);
    throw error;
  }
}

/** JSON.stringify() refuses BigInts, so marks stand in for them; so they do for texts in which one could be seen. */
function withBigInts(value: unknown): string | undefined {
  const replaced: string[] = [];
  const text: string | undefined = JSON.stringify(value, (_name, entry: unknown) => {
    const stands = typeof entry === 'bigint' || (typeof entry === 'string' && entry.includes('\u0001'));
    if (!stands) return entry;
    return `\u0001${replaced.push(typeof entry === 'bigint' ? String(entry) : JSON.stringify(entry)) - 1}`;
  });
  // A name looks like a mark at most; what follows it is a colon.
  return text?.replace(/"\\u0001([0-9]+)"(?!:)/g, (_mark, index: string) => replaced[Number(index)] ?? '');
}
