// Tries again to open a store that could not be opened, with growing delays, for as long as the broker runs.

import type { BrokerClock } from '../broker-clock';
import { type BrokerListener, silentListener } from '../clients/broker-listener';
import type { BrokerStore } from '../store/broker-store';
import { LateStore } from '../store/late-store';
import { openStore, type StoreContents } from './restoring';

/** ms before the first attempt and between two */
const FIRST_DELAY = 1000;
const LONGEST_DELAY = 60_000;

interface LateOpeningOptions {
  readonly store: BrokerStore;
  readonly listener: BrokerListener;
  readonly clock: BrokerClock;
}

export class LateOpening {
  /** Takes the writes meanwhile, and passes them on to the store later. */
  readonly store = new LateStore();
  readonly #options: LateOpeningOptions;
  #stopped = false;

  constructor(options: LateOpeningOptions) {
    this.#options = options;
  }

  /** Calls `opened` once, when the store can be opened, with what it has held until then. */
  start(opened: (contents: StoreContents) => void, delay = FIRST_DELAY): void {
    this.#options.clock.after(delay, () => {
      if (!this.#stopped) void this.#attempt(opened, Math.min(2 * delay, LONGEST_DELAY));
    });
  }

  stop(): void {
    this.#stopped = true;
  }

  async #attempt(opened: (contents: StoreContents) => void, delay: number): Promise<void> {
    const { store, listener } = this.#options;
    // The first failure has been reported.
    const quiet = { ...silentListener, putAside: listener.putAside.bind(listener) };
    const contents = await openStore(store, quiet);
    if (!contents) return this.start(opened, delay);
    if (this.#stopped) return store.close();
    try {
      await this.store.arrived(store);
    } catch {
      await store.close();
      return this.start(opened, delay);
    }
    opened(contents);
    listener.storeOpened();
  }
}
