// Decides when to reclaim the disk space of a LevelDB: deleted data stays in its files until they are compacted.

import type { StoreChange } from '../../connection/outbox/disk/outbox-store';

/** Bytes of deleted data that may stay. */
const WORTHWHILE = 32 * 1024 * 1024;

export class LevelSpace {
  /** The number of chunks in the store. */
  #chunks = 0;
  /** Bytes written since the last compaction. */
  #bytes = 0;

  /** A store with `chunks` chunks of `bytes` bytes has been opened. */
  opened(chunks: number, bytes: number): void {
    this.#chunks = chunks;
    // The files of an empty store may hold deleted data of an earlier process.
    this.#bytes = chunks === 0 ? WORTHWHILE : bytes;
  }

  /** Notes what has been written. True when it is time to compact, because the store is empty but its files are not. */
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
