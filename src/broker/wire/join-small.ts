// Joins small pieces of output, so that a stream is not given many tiny writes.

import { Buffer } from 'node:buffer';

/** bytes up to which a piece is copied into a larger one */
const SMALL = 8 * 1024;

/** The same bytes in as few pieces as possible without a copy of any large one. */
export function joinSmall(pieces: readonly Buffer[]): Buffer[] {
  const joined: Buffer[] = [];
  let small: Buffer[] = [];
  const join = (): void => {
    if (small.length > 0) joined.push(small.length === 1 ? (small[0] as Buffer) : Buffer.concat(small));
    small = [];
  };
  for (const piece of pieces) {
    if (piece.length <= SMALL) {
      small.push(piece);
      continue;
    }
    join();
    joined.push(piece);
  }
  join();
  return joined;
}
