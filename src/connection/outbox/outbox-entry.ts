// One publication in the outbox, from its acceptance to its end.

import type { RecordedPublication } from '../../core/outbox/publication-record';
import type { OutgoingPublication } from '../../core/publications/publication';
import type { Settled } from '../../core/publications/publish-options';
import type { Outbound, PublishOutcome } from '../../transport/transport';
import type { OutboxChunk } from './disk/outbox-chunk';

/** Who sends entries, and hears how that goes. */
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
  /** Who is to be told of the end; absent when nobody waits (any more). */
  waiter: Settled | undefined;
  /** The waiter is told once the outbox has it, and not at the end. */
  endsWhenQueued = false;
  /** With which others it is on disk, and its place among them; undefined before that, and in memory. */
  chunk: OutboxChunk | undefined;
  index = 0;
  /** 0 until it is sent. */
  packetIdentifier = 0;
  /** How far its exchange has come within the session of the server. */
  progress: 'waiting' | 'sent' | 'received' = 'waiting';
  /** It has been sent, or released, over the present connection. */
  onWire = false;
  /** When it was sent last, in ms since the epoch. */
  sentAt = 0;
  /** How many connections the server ended with a reason while this was the oldest on its way. */
  deaths = 0;
  /** How many connections ended without one, right after this had been sent alone. */
  lonelyDeaths = 0;
  /** It is on its way, after the one that was sent before it and is, too: for in-flight.ts alone. */
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

  /** Makes `publication` what is to be sent at `now`: its expiry interval is what is left of it (section 3.3.2.3.3). */
  age(now: number): void {
    const { properties } = this.publication;
    if (properties?.messageExpiryInterval === undefined) return;
    const messageExpiryInterval = Math.max(0, Math.ceil((this.expiresAt - now) / 1000));
    if (messageExpiryInterval >= properties.messageExpiryInterval) return;
    this.publication = { ...this.publication, properties: { ...properties, messageExpiryInterval } };
  }
}

/** When a publication expires that was accepted at `acceptedAt`, for a time to live of `ttl` s (0: none). */
export function expiryOf({ properties }: OutgoingPublication, acceptedAt: number, ttl: number): number {
  const own = properties?.messageExpiryInterval ?? Number.POSITIVE_INFINITY;
  return acceptedAt + 1000 * Math.min(own, ttl || Number.POSITIVE_INFINITY);
}
