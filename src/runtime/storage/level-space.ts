// When the disk space of a LevelDB is worth reclaiming: what is deleted stays in its files until it is compacted.

import type { StoreChange } from '../../connection/outbox/disk/outbox-store';

/** bytes that may be left behind */
const WORTHWHILE = 32 * 1024 * 1024;

export class LevelSpace {
  /** How many chunks are there. */
  #chunks = 0;
  /** bytes that have been written since the last time */
  #bytes = 0;

  /** A store of so many `chunks` and `bytes` has been opened. */
  opened(chunks: number, bytes: number): void {
    this.#chunks = chunks;
    // What an earlier process has left in the files of an empty one is not known.
    this.#bytes = chunks === 0 ? WORTHWHILE : bytes;
  }

  /** Notes what has been written; true when it is time to compact, because nothing is left but files. */
  wrote(changes: readonly StoreChange[]): boolean {
    for (const change of changes) {
      if (change.kind === 'remove') this.#chunks--;
      if (change.kind !== 'chunk') continue;
      this.#chunks++;
      this.#bytes += change.records.length;
    }
    if (this.#chunks > 0 || this.#bytes < WORTHWHILE) return false;
    this.#bytes = 0;
    return true;
  }
}
