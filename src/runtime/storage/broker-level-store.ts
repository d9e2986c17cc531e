// The store of the broker inside Node-RED on disk: a LevelDB in a folder of its own.

import type { BrokerStore, StoreAside, StoreChange } from '../../broker/store/broker-store';
import { StoreDamage } from '../../broker/store/store-damage';
import { LAYOUT_KEY, LevelFolder } from './level-folder';

/** How the keys are laid out now. */
const LAYOUT = 'broker 1';
/** The number of entries read at a time. */
const READ_AHEAD = 500;

const nothing = async (): Promise<void> => {};

export class BrokerLevelStore implements BrokerStore {
  readonly #folder: LevelFolder;
  /** A write has failed since the LevelDB was opened. */
  #failed = false;

  /** `path` is the folder. */
  constructor(path: string) {
    this.#folder = new LevelFolder(path, LAYOUT);
  }

  async open(): Promise<{ readonly aside?: StoreAside }> {
    const { aside } = await this.#folder.open(nothing);
    return aside ? { aside } : {};
  }

  async *entries(): AsyncGenerator<readonly [key: string, value: Buffer]> {
    try {
      const iterator = this.#folder.level.iterator();
      try {
        for (;;) {
          const entries = await iterator.nextv(READ_AHEAD);
          if (entries.length === 0) return;
          for (const entry of entries) if (entry[0] !== LAYOUT_KEY) yield entry;
        }
      } finally {
        await iterator.close();
      }
    } catch (error) {
      const known = this.#folder.error(error);
      throw known.trouble === 'damaged' ? new StoreDamage(known.detail) : known;
    }
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    try {
      // After a write that failed in the middle, LevelDB's log is only safe to go on with once it has been read again.
      if (this.#failed) await this.#folder.reopen();
      this.#failed = false;
      const batch = this.#folder.level.batch();
      for (const change of changes) {
        if (change.kind === 'put') batch.put(change.key, change.value);
        else batch.del(change.key);
      }
      await batch.write();
    } catch (error) {
      this.#failed = true;
      throw this.#folder.error(error);
    }
  }

  async putAside(): Promise<StoreAside> {
    return (await this.#folder.beginAnew('damaged', nothing)).aside;
  }

  close(): Promise<void> {
    return this.#folder.close();
  }
}
