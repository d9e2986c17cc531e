// Notes when deliveries come, before they wait for room or for an expression.

import { systemClock } from '../../connection/clock';
import type { Subscriber } from '../../connection/subscriptions/subscriptions';

type Window = NonNullable<Subscriber['window']>;

/** `window` with the time in each delivery that it takes. */
export function timed(window: Window): Window {
  return {
    take: (delivery, receipt) => window.take({ ...delivery, receivedAt: systemClock.wall() }, receipt),
  };
}
