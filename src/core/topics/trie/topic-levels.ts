// The levels of topics and filters as numbers, by which the index searches before it compares texts.

/**
 * A level: the hash of its text, which is never negative, or one of the three codes below. Two levels may have the same
 * hash.
 */
export type LevelCode = number;

/** `+` in a filter. */
export const PLUS: LevelCode = -1;
/** `#` in a filter. */
export const HASH: LevelCode = -2;
/** No level is left. */
export const END: LevelCode = -3;

/** UTF-16 units. */
export const SLASH_UNIT = '/'.charCodeAt(0);
export const PLUS_UNIT = '+'.charCodeAt(0);
export const HASH_UNIT = '#'.charCodeAt(0);

/** The initial hash of a level (FNV-1a over UTF-16 units instead of bytes). */
export const HASH_START = 0x811c9dc5 | 0;

/** `hash` continued with `unit`. */
export function hashWith(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

/** The code of a level with this hash. */
export function codeOf(hash: number): LevelCode {
  return hash >>> 1;
}

/** The code of the level of `filter` that begins at `start`. When no level is left, `start` is one beyond the end. */
export function filterLevel(filter: string, start: number): LevelCode {
  if (start > filter.length) return END;
  const first = filter.charCodeAt(start);
  if (first === PLUS_UNIT) return PLUS;
  if (first === HASH_UNIT) return HASH;
  let hash = HASH_START;
  for (let at = start; at < filter.length; at++) {
    const unit = filter.charCodeAt(at);
    if (unit === SLASH_UNIT) break;
    hash = hashWith(hash, unit);
  }
  return codeOf(hash);
}
