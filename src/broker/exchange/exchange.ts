// Distributes publications: retains them if they have the retain flag, and delivers them to matching subscribers.

import type { Publication } from '../publications/publication';
import type { RetainedMessages } from '../retained/retained-messages';
import type { Journal } from '../store/journal';
import { encodePublication } from '../store/publication-entry';
import { Keys } from '../store/store-keys';
import type { SubscriptionIndex } from '../subscriptions/subscription-index';
import { Reason, type ReasonCode } from '../wire/reason';

interface ExchangeOptions {
  readonly retained: RetainedMessages;
  readonly index: SubscriptionIndex;
  readonly journal: Journal;
  /** There was no room for another retained message. Called once until there is room again. */
  readonly retainedFull: () => void;
}

export class Exchange {
  readonly #options: ExchangeOptions;
  #fullTold = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /**
   * Passes `publication` on. Returns 0x10 when nobody subscribes to it, and 0x97 when there is no room to retain it. In
   * that case it is delivered only if its publisher cannot be told (MQTT 5, section 3.4.2.1). `tells`: it can be told.
   */
  publish(publication: Publication, tells: boolean): ReasonCode {
    const { retained, index, retainedFull } = this.#options;
    let full = false;
    if (publication.retain) {
      full = !retained.hasRoomFor(publication);
      if (full && !this.#fullTold) retainedFull();
      this.#fullTold = full;
      if (!full) this.#retain(publication);
      else if (tells) return Reason.quotaExceeded;
    }
    const reached = index.deliver(publication);
    if (full) return Reason.quotaExceeded;
    return reached === 0 ? Reason.noMatchingSubscribers : Reason.success;
  }

  /** Deletes the retained messages that have expired at `now`, in ms. */
  expire(now: number): void {
    for (const publication of this.#options.retained.all()) {
      if (publication.isExpired(now)) this.#forget(publication.topic);
    }
  }

  #retain(publication: Publication): void {
    const { retained, journal } = this.#options;
    // MQTT 5, section 3.3.1.3: an empty payload deletes the retained message.
    if (publication.payloadLength === 0) {
      this.#forget(publication.topic);
      return;
    }
    publication.own();
    const fresh = retained.set(publication);
    journal.set(Keys.retained(publication.topic), () => encodePublication(publication), fresh);
  }

  #forget(topic: string): void {
    if (this.#options.retained.delete(topic)) this.#options.journal.remove(Keys.retained(topic));
  }
}
