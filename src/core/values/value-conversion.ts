// Turns a value as devices send it into a number, a boolean or a date. Runs in the editor too.

/** How a value is converted. */
export type ValueConversion =
  /** The number, multiplied by `factor`, and `offset` added. */
  | { readonly kind: 'number'; readonly factor: number; readonly offset: number }
  /** The words in lower case, with what each of them means. */
  | { readonly kind: 'boolean'; readonly words: ReadonlyMap<string, boolean> }
  /** From ms or s since 1970, or from a text in ISO 8601. */
  | { readonly kind: 'date'; readonly from: DateForm };

export type DateForm = 'iso' | 'ms' | 's';

/** Why a value cannot be converted. Each has a sentence in the locales under `valueProblem.`. */
export type ConversionProblem = 'notNumber' | 'noWord' | 'notDate';

export type Converted =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: ConversionProblem };

/** `value` converted. It is neither undefined nor null. */
export function convertValue(value: unknown, conversion: ValueConversion): Converted {
  switch (conversion.kind) {
    case 'number':
      return toNumber(value, conversion.factor, conversion.offset);
    case 'boolean':
      return toBoolean(value, conversion.words);
    case 'date':
      return toDate(value, conversion.from);
  }
}

/** The words of a boolean, from two lists separated by commas. A word in both is undefined as a whole. */
export function booleanWords(trueWords: string, falseWords: string): ReadonlyMap<string, boolean> | undefined {
  const words = new Map<string, boolean>();
  for (const word of wordsIn(trueWords)) words.set(word, true);
  for (const word of wordsIn(falseWords)) {
    if (words.get(word) === true) return undefined;
    words.set(word, false);
  }
  return words;
}

function wordsIn(list: string): string[] {
  const words = list.split(',').map((word) => word.trim().toLowerCase());
  return words.filter((word) => word !== '');
}

function toNumber(value: unknown, factor: number, offset: number): Converted {
  const number = numberOf(value);
  if (number === undefined) return { ok: false, problem: 'notNumber' };
  if (factor === 1 && offset === 0) return { ok: true, value: number };
  const scaled = number * factor + offset;
  if (!Number.isFinite(scaled)) return { ok: false, problem: 'notNumber' };
  // 0.1 * 3 is 0.30000000000000004. A number of JavaScript is exact to 15 digits.
  return { ok: true, value: Number(scaled.toPrecision(15)) };
}

/** The finite number in `value`; a text must be a number as a whole. */
function numberOf(value: unknown): number | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'bigint':
    case 'boolean':
      return Number(value);
    case 'string': {
      // Number('') is 0.
      const number = value.trim() === '' ? Number.NaN : Number(value);
      return Number.isFinite(number) ? number : undefined;
    }
    default:
      return undefined;
  }
}

function toBoolean(value: unknown, words: ReadonlyMap<string, boolean>): Converted {
  if (typeof value === 'boolean') return { ok: true, value };
  const isWord = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
  const meaning = isWord ? words.get(String(value).trim().toLowerCase()) : undefined;
  return meaning === undefined ? { ok: false, problem: 'noWord' } : { ok: true, value: meaning };
}

function toDate(value: unknown, from: DateForm): Converted {
  if (value instanceof Date) return dateAt(value.getTime());
  if (from === 'iso') return dateAt(typeof value === 'string' && isIsoLike(value) ? Date.parse(value) : Number.NaN);
  const number = typeof value === 'boolean' ? undefined : numberOf(value);
  if (number === undefined) return dateAt(Number.NaN);
  // 1077875532.212 s are 1077875532211.9999 ms for JavaScript, and a Date cuts what is behind the point.
  return dateAt(from === 's' ? Math.round(number * 1000) : number);
}

/** Date.parse() takes much else, such as "1". */
function isIsoLike(text: string): boolean {
  return text.length >= 10 && text.charAt(4) === '-' && text.charAt(7) === '-';
}

function dateAt(ms: number): Converted {
  const value = new Date(ms);
  return Number.isNaN(value.getTime()) ? { ok: false, problem: 'notDate' } : { ok: true, value };
}
