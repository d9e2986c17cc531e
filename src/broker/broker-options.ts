// What a broker is handed.

import type { BrokerClock } from './broker-clock';
import type { Access } from './clients/access';
import type { BrokerListener } from './clients/broker-listener';
import type { BrokerSettings } from './clients/broker-settings';
import type { BrokerStore } from './store/broker-store';

export interface BrokerOptions {
  readonly settings: BrokerSettings;
  readonly access: Access;
  readonly listener: BrokerListener;
  readonly clock: BrokerClock;
  /** Runs `task` at the end of this turn of the event loop. */
  readonly defer: (task: () => void) => void;
  /** A new text at each call, for clients without an identifier. */
  readonly randomName: () => string;
  /** bytes of memory in use, for $SYS */
  readonly heap: () => number;
  /** Undefined: nothing outlives the broker. */
  readonly store: BrokerStore | undefined;
}
