// The subscriptions of one session, by filter in the spelling of the client. Many devices only publish, so an empty one
// is as small as possible.

import type { TopicFilter } from '../../core/topics/topic-filter';

export class SessionSubscriptions<Subscription extends { readonly filter: TopicFilter }> {
  #byFilter: Map<string, Subscription> | undefined;

  get size(): number {
    return this.#byFilter?.size ?? 0;
  }

  get(filter: string): Subscription | undefined {
    return this.#byFilter?.get(filter);
  }

  values(): Iterable<Subscription> {
    return this.#byFilter?.values() ?? [];
  }

  /** Adds `subscription`, in place of one to the same filter. */
  add(subscription: Subscription): void {
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
