// One publication in the outbox, from its acceptance to its end.

import type { RecordedPublication } from '../../core/outbox/publication-record';
import type { OutgoingPublication } from '../../core/publications/publication';
import type { Settled } from '../../core/publications/publish-options';
import type { Outbound, PublishOutcome } from '../../transport/transport';
import type { OutboxChunk } from './disk/outbox-chunk';

/** The sender of entries, which is told of their progress. */
export interface EntryCarrier {
  received(entry: OutboxEntry): void;
  finished(entry: OutboxEntry, outcome: PublishOutcome): void;
}

export class OutboxEntry implements Outbound, RecordedPublication {
  publication: OutgoingPublication;
  readonly bytes: number;
  readonly origin: string;
  readonly acceptedAt: number;
  readonly expiresAt: number;
  /** The callback for the end; undefined when nobody waits for it, or no longer. */
  waiter: Settled | undefined;
  /** The waiter is called once the outbox has the publication, and not at the end. */
  endsWhenQueued = false;
  /** Its chunk on disk, and its place in that; undefined before it is written, and in memory. */
  chunk: OutboxChunk | undefined;
  index = 0;
  /** 0 until it is sent. */
  packetIdentifier = 0;
  /** The progress of its exchange within the session. */
  progress: 'waiting' | 'sent' | 'received' = 'waiting';
  /** Whether it was sent or released over the current connection. */
  onWire = false;
  /** When it was last sent, in ms since the epoch. */
  sentAt = 0;
  /** The number of connections that the server ended with a reason while this was the oldest in flight. */
  deaths = 0;
  /** The number of connections that ended without a reason, right after this was sent alone. */
  lonelyDeaths = 0;
  /** Whether it is in flight, linked after the one sent before it. Only in-flight.ts uses these fields. */
  underWay = false;
  before: OutboxEntry | undefined;
  after: OutboxEntry | undefined;
  readonly #carrier: EntryCarrier;

  constructor(details: RecordedPublication, carrier: EntryCarrier, waiter?: Settled) {
    this.publication = details.publication;
    this.bytes = details.bytes;
    this.origin = details.origin;
    this.acceptedAt = details.acceptedAt;
    this.expiresAt = details.expiresAt;
    this.waiter = waiter;
    this.#carrier = carrier;
  }

  received(): void {
    this.#carrier.received(this);
  }

  settled(outcome: PublishOutcome): void {
    this.#carrier.finished(this, outcome);
  }

  /** When it expires, in ms since the epoch. Once the server has received it, it does not expire here. */
  get expiry(): number {
    return this.progress === 'received' ? Number.POSITIVE_INFINITY : this.expiresAt;
  }

  hasExpired(now: number): boolean {
    return now > this.expiry;
  }

  /**
   * Updates `publication` for sending at `now`: its expiry interval is reduced by the time waited (section 3.3.2.3.3).
   */
  age(now: number): void {
    const { properties } = this.publication;
    if (properties?.messageExpiryInterval === undefined) return;
    const messageExpiryInterval = Math.max(0, Math.ceil((this.expiresAt - now) / 1000));
    if (messageExpiryInterval >= properties.messageExpiryInterval) return;
    this.publication = { ...this.publication, properties: { ...properties, messageExpiryInterval } };
  }
}

/** When a publication that was accepted at `acceptedAt` expires, with a time to live of `ttl` s (0: none). */
export function expiryOf({ properties }: OutgoingPublication, acceptedAt: number, ttl: number): number {
  const own = properties?.messageExpiryInterval ?? Number.POSITIVE_INFINITY;
  return acceptedAt + 1000 * Math.min(own, ttl || Number.POSITIVE_INFINITY);
}
