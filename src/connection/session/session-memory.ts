// What we remember of a session that outlives the process: the server keeps its subscriptions, and we must know which.

import type { QoS } from '../../core/publications/publication';
import type { SubscribeRequest } from '../../transport/transport';

/** A subscription that a server may have, as it is remembered. */
export interface RememberedSubscription {
  readonly request: SubscribeRequest;
  /** Left out until the server has granted it. */
  readonly granted?: QoS;
  /** The keys of the subscriptions that have had the retained messages. Left out: all have. */
  readonly served?: readonly string[];
}

/** The memory of an earlier session, which is told of changes. */
export interface SessionMemory {
  readonly subscriptions: readonly RememberedSubscription[];
  /** The session: the last argument of settle(), or undefined when nothing is remembered. */
  readonly home: string | undefined;
  /** The session is now that of `home`, a client at a server. */
  settle(home: string): void;
  /** `current` returns what to remember. It may be called later, for the state at that time. */
  remember(current: () => readonly RememberedSubscription[]): void;
}
