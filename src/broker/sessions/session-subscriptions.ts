// The subscriptions of one session, by filter in the spelling of the client. Many devices only publish, so an empty one
// is as small as possible.

import type { Subscription } from '../subscriptions/subscription';
import type { Session } from './session';

export class SessionSubscriptions {
  #byFilter: Map<string, Subscription<Session>> | undefined;

  get size(): number {
    return this.#byFilter?.size ?? 0;
  }

  get(filter: string): Subscription<Session> | undefined {
    return this.#byFilter?.get(filter);
  }

  values(): Iterable<Subscription<Session>> {
    return this.#byFilter?.values() ?? [];
  }

  /** Adds `subscription`, in place of one to the same filter. */
  add(subscription: Subscription<Session>): void {
    this.#byFilter ??= new Map();
    this.#byFilter.set(subscription.filter.wire, subscription);
  }

  delete(filter: string): void {
    this.#byFilter?.delete(filter);
  }

  clear(): void {
    this.#byFilter = undefined;
  }
}
