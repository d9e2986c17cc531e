// One publication in the outbox, from its acceptance to its end. Its methods say what happens to it; nobody else changes it.

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

/** The progress of an exchange within the session: not sent, sent, or received by the server (PUBREC). */
type ExchangeProgress = 'waiting' | 'sent' | 'received';

export class OutboxEntry implements Outbound, RecordedPublication {
  readonly bytes: number;
  readonly origin: string;
  readonly acceptedAt: number;
  readonly expiresAt: number;
  readonly #carrier: EntryCarrier;
  /** The waiter is called once the outbox has the publication, and not at the end. */
  readonly #endsWhenQueued: boolean;
  /** The expiry interval at acceptance, in s; undefined without one. */
  readonly #expiryInterval: number | undefined;
  #publication: OutgoingPublication;
  #waiter: Settled | undefined;
  #chunk: OutboxChunk | undefined;
  #index = 0;
  #packetIdentifier = 0;
  #progress: ExchangeProgress = 'waiting';
  #keptIdentifier = 0;
  #keptReceived = false;
  #onWire = false;
  #sentAt = 0;
  #deaths = 0;
  #lonelyDeaths = 0;
  #underWay = false;
  #before: OutboxEntry | undefined;
  #after: OutboxEntry | undefined;

  /** `waiter` is the callback for the end, or for the acceptance with `endsWhenQueued`. */
  constructor(details: RecordedPublication, carrier: EntryCarrier, waiter?: Settled, endsWhenQueued = false) {
    this.#publication = details.publication;
    this.#expiryInterval = details.publication.properties?.messageExpiryInterval;
    this.bytes = details.bytes;
    this.origin = details.origin;
    this.acceptedAt = details.acceptedAt;
    this.expiresAt = details.expiresAt;
    this.#carrier = carrier;
    this.#waiter = waiter;
    this.#endsWhenQueued = endsWhenQueued;
  }

  get publication(): OutgoingPublication {
    return this.#publication;
  }

  /** The callback for the end; undefined when nobody waits for it, or no longer. */
  get waiter(): Settled | undefined {
    return this.#waiter;
  }

  /** Its chunk on disk; undefined before it is written, and in memory. */
  get chunk(): OutboxChunk | undefined {
    return this.#chunk;
  }

  /** Its place in its chunk. */
  get index(): number {
    return this.#index;
  }

  /** 0 until it is sent, and at QoS 0. */
  get packetIdentifier(): number {
    return this.#packetIdentifier;
  }

  get progress(): ExchangeProgress {
    return this.#progress;
  }

  /** Whether the queue has stored its exchange as it is now. Nothing of an exchange is sent before that. */
  get isExchangeKept(): boolean {
    return this.#keptIdentifier === this.#packetIdentifier && this.#keptReceived === (this.#progress === 'received');
  }

  /** Whether it was sent or released over the current connection. */
  get onWire(): boolean {
    return this.#onWire;
  }

  /** When it was last sent, in ms of `Clock.now()`. */
  get sentAt(): number {
    return this.#sentAt;
  }

  /** The number of connections that the server ended with a reason while this was the oldest in flight. */
  get deaths(): number {
    return this.#deaths;
  }

  /** The number of connections that ended without a reason, right after this was sent alone. */
  get lonelyDeaths(): number {
    return this.#lonelyDeaths;
  }

  /** Whether it is in flight, linked between its neighbours in the order of sending. */
  get underWay(): boolean {
    return this.#underWay;
  }

  get before(): OutboxEntry | undefined {
    return this.#before;
  }

  get after(): OutboxEntry | undefined {
    return this.#after;
  }

  /** When it expires, in ms of `Clock.now()`. Once the server has received it, it does not expire here. */
  get expiry(): number {
    return this.#progress === 'received' ? Number.POSITIVE_INFINITY : this.expiresAt;
  }

  hasExpired(now: number): boolean {
    return now > this.expiry;
  }

  /** The outbox has it. Returns the callback if it waits for that, which is not called at the end then. */
  queued(): Settled | undefined {
    if (!this.#endsWhenQueued) return undefined;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    return waiter;
  }

  /** It is about to be written to disk, at `index` of `chunk`. */
  written(chunk: OutboxChunk, index: number): void {
    this.#chunk = chunk;
    this.#index = index;
  }

  /** The write has failed. */
  unwritten(): void {
    this.#chunk = undefined;
  }

  /** It was read from disk, at `index` of `chunk`, which knows how far its exchange is. */
  readBack(chunk: OutboxChunk, index: number, waiter: Settled | undefined): void {
    this.written(chunk, index);
    this.#waiter = waiter;
    const exchange = chunk.exchangeOf(index);
    if (!exchange) return;
    this.#packetIdentifier = exchange.packetIdentifier;
    this.#progress = exchange.received ? 'received' : 'sent';
    this.exchangeKept(exchange.packetIdentifier, exchange.received);
  }

  /** It is in flight, sent after `last`. Only in-flight.ts calls this and unlink(). */
  link(last: OutboxEntry | undefined): void {
    this.#underWay = true;
    this.#before = last;
    if (last) last.#after = this;
  }

  /** It is no longer in flight. Its neighbours become each other's. */
  unlink(): void {
    if (this.#before) this.#before.#after = this.#after;
    if (this.#after) this.#after.#before = this.#before;
    this.#underWay = false;
    this.#before = undefined;
    this.#after = undefined;
  }

  /** An exchange with this packet identifier begins. */
  startExchange(packetIdentifier: number): void {
    this.#packetIdentifier = packetIdentifier;
  }

  /** The queue has stored an exchange, its own at that time: `received` says whether the server has received it. */
  exchangeKept(packetIdentifier: number, received: boolean): void {
    this.#keptIdentifier = packetIdentifier;
    this.#keptReceived = received;
  }

  /** The session has ended, and its exchange with it. It is sent as a new publication. */
  forgetExchange(): void {
    this.#packetIdentifier = 0;
    this.#progress = 'waiting';
    this.exchangeKept(0, false);
  }

  /** It goes out over the current connection at `now`: PUBLISH, or PUBREL when the server has received it. */
  sent(now: number): void {
    this.#onWire = true;
    this.#sentAt = now;
    if (this.#progress === 'waiting' && this.#publication.qos > 0) this.#progress = 'sent';
  }

  /** The connection has ended. */
  leftWire(): void {
    this.#onWire = false;
  }

  /** The server has ended a connection with a reason, and this was the oldest in flight. */
  countDeath(): void {
    this.#deaths++;
  }

  /** A connection has ended without a reason right after this was sent alone. */
  countLonelyDeath(): void {
    this.#lonelyDeaths++;
  }

  /**
   * Updates `publication` for sending at `now`: its expiry interval is reduced by the time waited (section 3.3.2.3.3). How
   * long it may wait here, `expiresAt`, says nothing about how long the server may keep it.
   */
  age(now: number): void {
    if (this.#expiryInterval === undefined) return;
    const waited = Math.max(0, Math.floor((now - this.acceptedAt) / 1000));
    const messageExpiryInterval = Math.max(0, this.#expiryInterval - waited);
    const { properties } = this.#publication;
    if (messageExpiryInterval === properties?.messageExpiryInterval) return;
    this.#publication = { ...this.#publication, properties: { ...properties, messageExpiryInterval } };
  }

  /** Called by the transport for PUBREC. */
  received(): void {
    if (this.#underWay) this.#progress = 'received';
    this.#carrier.received(this);
  }

  /** Called by the transport at the end of the exchange, or of the connection. */
  settled(outcome: PublishOutcome): void {
    this.#carrier.finished(this, outcome);
  }
}

/**
 * s in which a publication with the expiry interval 0 can be sent: it is for those who get it at once, and the server sees
 * to that.
 */
const AT_ONCE = 1;

/**
 * The publication for a publisher to whom it is of no use after `timeToLive` s: the server must not keep it for longer. An
 * interval is a whole number of seconds, so it is rounded up. Without an interval it gets none.
 */
export function withinLife(publication: OutgoingPublication, timeToLive: number | undefined): OutgoingPublication {
  const { properties } = publication;
  if (timeToLive === undefined || properties?.messageExpiryInterval === undefined) return publication;
  const messageExpiryInterval = Math.min(properties.messageExpiryInterval, Math.ceil(timeToLive));
  return { ...publication, properties: { ...properties, messageExpiryInterval } };
}

/** When a publication that was accepted at `acceptedAt` expires, with a time to live of `ttl` s (0: none). */
export function expiryOf({ properties }: OutgoingPublication, acceptedAt: number, ttl: number): number {
  const own = properties?.messageExpiryInterval ?? Number.POSITIVE_INFINITY;
  return acceptedAt + 1000 * Math.min(Math.max(own, AT_ONCE), ttl || Number.POSITIVE_INFINITY);
}
