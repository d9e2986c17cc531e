// The replies that come to our own response topic, told apart by correlation data.

import type { IncomingPublication, OutgoingPublication } from '../../core/publications/publication';
import type { TopicFilter } from '../../core/topics/topic-filter';
import type { PendingRequest, RequestListener } from './pending-request';
import { type Ready, ReplyChannel, type RequestLink } from './reply-channel';

/** Ended requests whose late replies are recognised. */
const MOST_ENDED = 10_000;

export class CorrelatedReplies extends ReplyChannel {
  /** Makes 16 random bytes. */
  readonly #random: () => Buffer;
  readonly #pending = new Map<string, PendingRequest>();
  /** Who hears of a late reply, by correlation: not the request, which would keep its publication. */
  readonly #ended = new Map<string, RequestListener>();

  constructor(link: RequestLink, filter: TopicFilter, random: () => Buffer) {
    super(link, filter);
    this.#random = random;
  }

  get idle(): boolean {
    return this.#pending.size === 0;
  }

  enter(pending: PendingRequest, ready: Ready): void {
    const correlation = this.#random();
    const key = keyOf(correlation);
    this.#pending.set(key, pending);
    pending.correlation = correlation;
    pending.onceOver(() => this.#leave(key, pending));
    this.subscribe(pending.request.publication.qos, ready);
  }

  addressed(pending: PendingRequest): OutgoingPublication {
    const { correlation: correlationData } = pending;
    const { publication } = pending.request;
    const properties = { ...publication.properties, responseTopic: this.filter.wire };
    return { ...publication, properties: correlationData ? { ...properties, correlationData } : properties };
  }

  protected take(reply: IncomingPublication): void {
    const correlation = reply.properties?.correlationData;
    if (!correlation) return;
    const key = keyOf(correlation);
    const pending = this.#pending.get(key);
    if (pending) pending.take(reply);
    else this.#ended.get(key)?.late();
  }

  #leave(key: string, pending: PendingRequest): void {
    this.#pending.delete(key);
    this.#ended.set(key, pending.listener);
    if (this.#ended.size <= MOST_ENDED) return;
    for (const oldest of this.#ended.keys()) {
      this.#ended.delete(oldest);
      return;
    }
  }
}

function keyOf(correlation: Buffer): string {
  return correlation.toString('latin1');
}
