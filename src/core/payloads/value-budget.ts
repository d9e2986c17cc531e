// How many values a payload may become. A limit of bytes is not enough: 16 KB of gzip are 16 MB of CBOR, these are 16 million
// empty objects, and those are more memory than Node-RED has.

import { PayloadRefusal } from './payload-refusal';

/** All elements, names and values of a payload together. */
export const MOST_VALUES = 1024 * 1024;

/** What is left of MOST_VALUES while a payload is read. */
export class ValueBudget {
  #left = MOST_VALUES;

  /** Throws a PayloadRefusal where there are not `values` left. */
  take(values: number): void {
    this.#left -= values;
    if (this.#left < 0) throw tooManyValues();
  }
}

/** What a format throws for a payload of more values. */
export function tooManyValues(): PayloadRefusal {
  return new PayloadRefusal('tooManyValues', String(MOST_VALUES));
}
