// The subscriptions of one session, by filter in the spelling of the client. Many devices only publish, so an empty one
// is as small as possible.

import type { TopicFilter } from '../../core/topics/topic-filter';
import type { SubscriptionLimits } from '../subscriptions/subscription';

export class SessionSubscriptions<Subscription extends { readonly filter: TopicFilter }> {
  #byFilter: Map<string, Subscription> | undefined;
  /** of all filters together */
  #characters = 0;

  get size(): number {
    return this.#byFilter?.size ?? 0;
  }

  get(filter: string): Subscription | undefined {
    return this.#byFilter?.get(filter);
  }

  values(): Iterable<Subscription> {
    return this.#byFilter?.values() ?? [];
  }

  /** Whether there may be one more, to `filter`. */
  hasRoomFor(filter: string, { count, characters }: SubscriptionLimits): boolean {
    return this.size < count && this.#characters + filter.length <= characters;
  }

  /** Adds `subscription`, in place of one to the same filter. */
  add(subscription: Subscription): void {
    const { wire } = subscription.filter;
    this.#byFilter ??= new Map();
    if (!this.#byFilter.has(wire)) this.#characters += wire.length;
    this.#byFilter.set(wire, subscription);
  }

  delete(filter: string): void {
    if (this.#byFilter?.delete(filter)) this.#characters -= filter.length;
  }

  clear(): void {
    this.#byFilter = undefined;
    this.#characters = 0;
  }
}
