// The retained messages that a session has yet to be given, by the filter that it has asked for them with. They follow the
// present subscription to that filter, and end with it.

import type { Copy } from '../publications/copy';
import type { RetainedReplay } from '../retained/retained-replay';
import type { Subscription } from '../subscriptions/subscription';

export class Replays {
  readonly #subscriptions: { get(filter: string): Subscription | undefined };
  /** Made when first needed: many clients only publish. */
  #byFilter: Map<string, RetainedReplay> | undefined;

  constructor(subscriptions: { get(filter: string): Subscription | undefined }) {
    this.#subscriptions = subscriptions;
  }

  /** Adds `replay`, in place of one for the same filter, unless its subscription has ended meanwhile. */
  add(replay: RetainedReplay): void {
    const { wire } = replay.filter;
    if (!this.#subscriptions.get(wire)) return;
    this.#byFilter ??= new Map();
    this.#byFilter.delete(wire);
    this.#byFilter.set(wire, replay);
  }

  delete(filter: string): void {
    this.#byFilter?.delete(filter);
  }

  clear(): void {
    this.#byFilter = undefined;
  }

  /** Takes the next message, if there is one and `hasRoom` for its bytes. */
  next(hasRoom: (size: number) => boolean): Copy | undefined {
    for (const [filter, replay] of this.#byFilter ?? []) {
      const subscription = this.#subscriptions.get(filter);
      const publication = subscription && replay.first(subscription);
      if (publication) return hasRoom(publication.size) ? replay.take(publication, subscription) : undefined;
      this.delete(filter);
    }
    return undefined;
  }
}
