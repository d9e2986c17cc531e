// The publications that sessions wait for, each of them once in the store, however many sessions that are.

import type { Publication } from '../publications/publication';
import type { Journal } from './journal';
import { encodePublication } from './publication-entry';
import { Keys } from './store-keys';

export class StoredPublications {
  readonly #journal: Journal;
  #last = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** One more entry needs `publication`. */
  keep(publication: Publication): void {
    if (publication.storeUses++ > 0) return;
    publication.storeNumber = ++this.#last;
    this.#journal.set(Keys.publication(publication.storeNumber), () => encodePublication(publication));
  }

  /** One that was kept needs it no more. */
  release(publication: Publication): void {
    if (--publication.storeUses > 0) return;
    this.#journal.remove(Keys.publication(publication.storeNumber), true);
  }

  /** `number` is taken by one that was in the store. */
  restored(number: number): void {
    if (number > this.#last) this.#last = number;
  }
}
