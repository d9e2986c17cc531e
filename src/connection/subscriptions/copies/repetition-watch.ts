// Notices when a server that counts as sending one copy of each publication sends several.

import type { IncomingPublication } from '../../../core/publications/publication';
import type { Clock } from '../../clock';

/** ms within which copies follow each other */
const WINDOW = 250;
/** The number of publications in a row with complete sets of copies. */
const ENOUGH = 3;

export class RepetitionWatch {
  readonly #clock: Clock;
  #last: { readonly publication: IncomingPublication; readonly expected: number; readonly at: number } | undefined;
  #run = 0;
  #full = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when `publication`, with `expected` possible copies, follows several that each arrived that often. */
  suggestsCopies(publication: IncomingPublication, expected: number): boolean {
    const now = this.#clock.now();
    const last = this.#last;
    if (last && now - last.at < WINDOW && isCopy(last.publication, publication)) {
      this.#run++;
      return false;
    }
    if (last) this.#full = this.#run % last.expected === 0 ? this.#full + 1 : 0;
    this.#run = 1;
    this.#last = { publication, expected, at: now };
    if (this.#full < ENOUGH) return false;
    this.#full = 0;
    return true;
  }
}

function isCopy(a: IncomingPublication, b: IncomingPublication): boolean {
  return a.topic === b.topic && a.payload.equals(b.payload);
}
