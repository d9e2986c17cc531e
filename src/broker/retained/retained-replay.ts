// The retained messages for a new subscription (MQTT 5, section 3.3.1.3), one after the other. A client that asks for
// 100,000 of them gets them as fast as it reads.

import { Copy } from '../publications/copy';
import type { Publication } from '../publications/publication';
import { lowerQoS, type Subscription } from '../subscriptions/subscription';
import type { RetainedMessages } from './retained-messages';

export class RetainedReplay {
  readonly #found: readonly Publication[];
  readonly #subscription: Subscription;
  readonly #now: () => number;
  #next = 0;

  constructor(messages: RetainedMessages, subscription: Subscription, now: () => number) {
    this.#found = messages.match(subscription.filter);
    this.#subscription = subscription;
    this.#now = now;
  }

  get isEmpty(): boolean {
    return this.#found.length === 0;
  }

  /** The next message; undefined after the last. */
  next(): Copy | undefined {
    const { qos, identifiers, noLocal, receiver, permits } = this.#subscription;
    for (;;) {
      const publication = this.#found[this.#next++];
      if (!publication) return undefined;
      // A message that was replaced meanwhile has been delivered as a live one.
      if (!publication.isKept || publication.isExpired(this.#now())) continue;
      if (noLocal && publication.publisher === receiver.clientId) continue;
      if (permits?.(publication.topic) === false) continue;
      return new Copy(publication, lowerQoS(publication.qos, qos), true, identifiers);
    }
  }
}
