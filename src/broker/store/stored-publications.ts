// The stored publications. Each is stored once, for any number of sessions that it waits for.

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
    this.#journal.set(Keys.publication(publication.storeNumber), () => encodePublication(publication), true);
  }

  /** One entry no longer needs it. */
  release(publication: Publication): void {
    if (--publication.storeUses > 0) return;
    this.#journal.remove(Keys.publication(publication.storeNumber));
  }

  /** `number` is used by a stored publication. */
  restored(number: number): void {
    if (number > this.#last) this.#last = number;
  }
}
