// The retained messages for a new subscription (MQTT 5, section 3.3.1.3), one after the other. A client that asks for
// 100,000 of them gets them as fast as it reads.

import type { TopicFilter } from '../../core/topics/topic-filter';
import { Copy } from '../publications/copy';
import type { Publication } from '../publications/publication';
import { lowerQoS, type Subscription } from '../subscriptions/subscription';
import type { RetainedMessages } from './retained-messages';

export class RetainedReplay {
  readonly filter: TopicFilter;
  readonly #messages: RetainedMessages;
  /** Later ones have been delivered as live ones. */
  readonly #last: number;
  readonly #now: () => number;
  /** Oldest first. Looked for when it is their turn: a client may ask for many replays, and read none. */
  #found: readonly Publication[] | undefined;
  #next = 0;
  /** The number of the last one taken. */
  #taken = 0;

  constructor(messages: RetainedMessages, filter: TopicFilter, now: () => number) {
    this.filter = filter;
    this.#messages = messages;
    this.#last = messages.lastNumber;
    this.#now = now;
  }

  /** The next message for `subscription`, which has its filter, without taking it; undefined after the last. */
  first(subscription: Subscription): Publication | undefined {
    this.#found ??= this.#search();
    let publication = this.#found[this.#next];
    while (publication && !this.#isFor(publication, subscription)) publication = this.#found[++this.#next];
    return publication;
  }

  /** Takes the message that first() has returned. */
  take(publication: Publication, { qos, identifiers }: Subscription): Copy {
    this.#next++;
    this.#taken = publication.keptNumber;
    return new Copy(publication, lowerQoS(publication.qos, qos), true, identifiers);
  }

  /** Forgets what was found, and looks for the rest again when it is their turn: others may have taken their place. */
  rest(): void {
    this.#found = undefined;
    this.#next = 0;
  }

  #search(): Publication[] {
    const found = this.#messages.match(this.filter).filter(({ keptNumber }) => keptNumber > this.#taken);
    return found.sort((a, b) => a.keptNumber - b.keptNumber);
  }

  #isFor(publication: Publication, { noLocal, receiver, permits }: Subscription): boolean {
    const { keptNumber, publisher, topic } = publication;
    if (keptNumber === 0 || keptNumber > this.#last || publication.isExpired(this.#now())) return false;
    return !(noLocal && publisher === receiver.clientId) && permits?.(topic) !== false;
  }
}
