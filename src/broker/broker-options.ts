// What a broker is handed.

import type { Access } from './clients/access';
import type { BrokerListener } from './clients/broker-listener';
import type { BrokerSettings } from './clients/broker-settings';
import type { BrokerStore } from './store/broker-store';

export interface BrokerClock {
  /** ms of a clock that never goes back; about ms since the epoch, since the store holds them */
  now(): number;
  /** Calls `task` once after `delay` ms. */
  after(delay: number, task: () => void): void;
  /** Calls `task` every `interval` ms; the function returned stops that. */
  every(interval: number, task: () => void): () => void;
}

export interface BrokerOptions {
  readonly settings: BrokerSettings;
  readonly access: Access;
  readonly listener: BrokerListener;
  readonly clock: BrokerClock;
  /** Runs `task` after what is under way in this turn of the event loop. */
  readonly defer: (task: () => void) => void;
  /** A text that is never the same twice: for clients without an identifier. */
  readonly randomName: () => string;
  /** bytes of memory in use, for $SYS */
  readonly heap: () => number;
  /** undefined: nothing outlives the broker. */
  readonly store: BrokerStore | undefined;
}
