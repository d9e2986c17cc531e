// Publishes the values under $SYS/broker that have changed.

import { Buffer } from 'node:buffer';
import { Publication } from '../publications/publication';
import type { RetainedMessages } from '../retained/retained-messages';
import type { SubscriptionIndex } from '../subscriptions/subscription-index';
import { type SystemState, systemTopics } from './system-topics';

export class SystemReport {
  readonly #retained: RetainedMessages;
  readonly #index: SubscriptionIndex;
  readonly #published = new Map<string, string>();
  #maximumHeap = 0;

  constructor(retained: RetainedMessages, index: SubscriptionIndex) {
    this.#retained = retained;
    this.#index = index;
  }

  publish(state: Omit<SystemState, 'maximumHeap'>): void {
    this.#maximumHeap = Math.max(this.#maximumHeap, state.heap);
    for (const [topic, value] of systemTopics({ ...state, maximumHeap: this.#maximumHeap })) {
      if (this.#published.get(topic) === value) continue;
      this.#published.set(topic, value);
      const publication = new Publication({ topic, payload: Buffer.from(value), qos: 0, retain: true });
      this.#retained.set(publication);
      this.#index.deliver(publication);
    }
  }
}
