// Notices when a server that counts as sending one copy of each publication sends several.

import type { IncomingPublication } from '../../../core/publications/publication';
import type { Clock } from '../../clock';
import { COPY_RULES, type CopyCounts, sureCopies } from './copy-rules';

/** ms within which copies follow each other */
const WINDOW = 250;
/** The number of publications in a row with complete sets of copies. */
const ENOUGH = 3;

export class RepetitionWatch {
  readonly #clock: Clock;
  #last: { readonly publication: IncomingPublication; readonly counts: CopyCounts; readonly at: number } | undefined;
  #run = 0;
  #full = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when `publication` follows several that each arrived as often as a rule with several copies says. */
  suggestsCopies(publication: IncomingPublication, counts: CopyCounts): boolean {
    if (COPY_RULES.every((rule) => sureCopies(rule, counts) === 1)) return false;
    const now = this.#clock.now();
    const last = this.#last;
    if (last && now - last.at < WINDOW && isCopy(last.publication, publication)) {
      this.#run++;
      return false;
    }
    if (last) this.#full = isComplete(this.#run, last.counts) ? this.#full + 1 : 0;
    this.#run = 1;
    this.#last = { publication, counts, at: now };
    if (this.#full < ENOUGH) return false;
    this.#full = 0;
    return true;
  }
}

function isComplete(copies: number, counts: CopyCounts): boolean {
  return COPY_RULES.some((rule) => sureCopies(rule, counts) > 1 && copies % sureCopies(rule, counts) === 0);
}

function isCopy(a: IncomingPublication, b: IncomingPublication): boolean {
  return a.topic === b.topic && a.payload.equals(b.payload);
}
