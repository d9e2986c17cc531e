// What is known of a session that outlives the process: the server keeps its subscriptions, and we must know which.

import type { QoS } from '../../core/publications/publication';
import type { SubscribeRequest } from '../../transport/transport';

/** A subscription that a server may have, as it is remembered for a session that outlives the process. */
export interface RememberedSubscription {
  readonly request: SubscribeRequest;
  /** Left out until the server has granted it. */
  readonly granted?: QoS;
  /** Who has been given what was stored, by the keys of their subscriptions; left out: everyone. */
  readonly served?: readonly string[];
}

/** What is known of a session from before, and who is told when it changes. */
export interface SessionMemory {
  readonly subscriptions: readonly RememberedSubscription[];
  /** Whose session it is: what settle() was last given, or undefined when nothing is remembered. */
  readonly home: string | undefined;
  /** From now on it is a session of `home`, a client at a server. */
  settle(home: string): void;
  /** `current` tells what is to be remembered; asked later, it tells what is then. */
  remember(current: () => readonly RememberedSubscription[]): void;
}
