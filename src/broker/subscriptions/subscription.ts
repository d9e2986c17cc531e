// One filter of one session, with its options (MQTT 5, section 3.8.3.1).

import type { QoS } from '../../core/publications/publication';
import type { TopicFilter } from '../../core/topics/topic-filter';
import type { Copy } from '../publications/copy';

/** A subscriber: a session, connected or not. */
export interface Receiver {
  readonly clientId: string;
  readonly connected: boolean;
  /** Whether it accepts copies with `qos` now. Without a connection, it does not accept QoS 0. */
  takes(qos: QoS): boolean;
  /** `share` is the shared subscription that it comes by, as in its filter; empty for none. */
  deliver(copy: Copy, share: string): void;
  /** The publication that it was last found for. Only the index uses this. */
  found: number;
}

export interface SubscriptionOptions {
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
  /** MQTT 5, section 3.8.2.1.2; 0: none */
  readonly identifier: number;
}

/** How many subscriptions there may be: of a session, or of all. */
export interface SubscriptionLimits {
  readonly count: number;
  /** of all filters together */
  readonly characters: number;
}

export interface Subscription<R extends Receiver = Receiver> extends SubscriptionOptions {
  readonly receiver: R;
  readonly filter: TopicFilter;
  /** The same list for all publications. */
  readonly identifiers: readonly number[];
  /** Asked for each topic where its client may read some of what the filter matches; undefined: it may read all. */
  permits: TopicCheck | undefined;
}

/** Whether a client may be given what was published to `topic`. */
export type TopicCheck = (topic: string) => boolean;

const NONE: readonly number[] = [];

export function createSubscription<R extends Receiver>(
  receiver: R,
  filter: TopicFilter,
  options: SubscriptionOptions,
  permits?: TopicCheck,
): Subscription<R> {
  const identifiers = options.identifier === 0 ? NONE : [options.identifier];
  return { ...options, receiver, filter, identifiers, permits };
}

export function lowerQoS(a: QoS, b: QoS): QoS {
  return a < b ? a : b;
}
