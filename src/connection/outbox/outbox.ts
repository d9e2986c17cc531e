// The publications that wait to be sent: bounded, in order, and each settled exactly once. A queue stores them,
// outbox-sender.ts sends them, and the connection decides when there is a transport.

import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { RecordedPublication } from '../../core/outbox/publication-record';
import type { OutgoingPublication } from '../../core/publications/publication';
import { contentBytes } from '../../core/publications/publication-size';
import {
  defaultPublishOptions,
  type PublishOptions,
  type PublishResult,
  type Settled,
} from '../../core/publications/publish-options';
import type { OutboxFigures } from '../../core/reports/outbox-figures';
import { byteAmount } from '../../core/values/byte-unit';
import type { ServerInfo, Transport } from '../../transport/transport';
import type { SendingWatch } from '../answer-watch';
import type { Clock } from '../clock';
import { guarded, type Report } from '../report';
import { DiskQueue } from './disk/disk-queue';
import type { OutboxStore } from './disk/outbox-store';
import { MemoryQueue } from './memory-queue';
import { OutboxClearing } from './outbox-clearing';
import { OutboxCounts } from './outbox-counts';
import { expiryOf, OutboxEntry, withinLife } from './outbox-entry';
import type { DiskQueueOwner, OutboxQueue, RestoredIdentifiers } from './outbox-queue';
import { OutboxSender, type SendingEnd, type SendingLimits, type SessionPlace } from './outbox-sender';
import { outboxError, settlementOf } from './outbox-settlement';

export interface OutboxLimits extends SendingLimits {
  readonly maxMessages: number;
  /** bytes of topics, payloads and properties */
  readonly maxBytes: number;
  /** What is given up when the outbox is full: the new publication, or the oldest that is not being sent. */
  readonly overflow: 'reject' | 'dropOldest';
  /** s that a publication may wait; 0 or left out: no limit */
  readonly messageTtl?: number;
}

/** The outside world of an outbox. */
interface OutboxWorld extends SendingWatch {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Gets what a callback throws, and losses for which nobody waits. */
  readonly report: Report;
}

/** The least interval between two searches for expired publications, in ms. */
const SWEEP = 1000;

export class Outbox {
  readonly #limits: OutboxLimits;
  readonly #clock: Clock;
  readonly #report: Report;
  readonly #queue: OutboxQueue;
  readonly #sender: OutboxSender;
  readonly #clearing: OutboxClearing;
  readonly #counts = new OutboxCounts();
  #closed = false;
  #emptied: (() => void) | undefined;
  /** When the next sweep is due, in ms of `Clock.now()`. */
  #sweepAt = Number.POSITIVE_INFINITY;
  #cancelSweep: (() => void) | undefined;

  /** Publications wait in `store`, or in memory without one. */
  constructor(limits: OutboxLimits, world: OutboxWorld, store?: OutboxStore) {
    const { clock, report } = world;
    this.#limits = limits;
    this.#clock = clock;
    this.#report = report;
    const owner: DiskQueueOwner = {
      accepted: (entry) => this.#accepted(entry),
      refused: (entry, error) => this.#finish(entry, { ok: false, error }),
      available: () => this.#resume(),
      restored: (count, bytes, identifiers) => this.#restored(count, bytes, identifiers),
      revive: (recorded) => this.#revive(recorded),
      vanished: (count, bytes, waiters) => this.#vanished(count, bytes, waiters),
      failed: report,
    };
    this.#queue = store ? new DiskQueue(store, clock, owner) : new MemoryQueue(owner);
    this.#sender = new OutboxSender(this.#queue, limits, world, (entry, end) => this.#ended(entry, end));
    this.#clearing = new OutboxClearing(this.#queue, (entry) => this.#discard(entry));
  }

  /** Publications not settled yet. */
  get depth(): number {
    return this.#counts.depth;
  }

  get figures(): OutboxFigures {
    const { first, size } = this.#sender.inFlight;
    const oldestAt = first?.acceptedAt ?? this.#queue.oldestAt;
    return this.#counts.figures(size, oldestAt, this.#clock.now());
  }

  /** Takes a publication. `settled` is called exactly once, and before accept() returns when there is no room. */
  accept(offered: OutgoingPublication, settled: Settled, options: PublishOptions = defaultPublishOptions): void {
    const publication = withinLife(offered, options.timeToLive);
    const acceptedAt = this.#clock.now();
    const bytes = contentBytes(publication);
    const ttl = Math.min(this.#limits.messageTtl || NEVER, options.timeToLive ?? NEVER);
    const expiresAt = expiryOf(publication, acceptedAt, ttl);
    const details = { publication, bytes, origin: options.origin, acceptedAt, expiresAt };
    const entry = new OutboxEntry(details, this.#sender, settled, options.completeOn === 'queued');
    const problem = this.#problem(entry, options);
    if (problem) return this.#settle(entry, { ok: false, error: problem });
    this.#counts.enter(bytes);
    this.#queue.push(entry);
    this.#dropOldest();
    this.#watchExpiry(expiresAt);
    this.pump();
  }

  /** There is a connection, with the session of `place`. The function returned starts sending; only while it stands. */
  enter(transport: Transport, server: ServerInfo, place: SessionPlace): () => void {
    this.#sender.enter(server, place);
    return () => this.#sender.attach(transport, server, place);
  }

  /**
   * Stops sending. `error` is how the connection ended, if it was not ended by us. True when one publication seems to
   * have ended this connection and the one before.
   */
  detach(error?: MqttFlowsError): MqttFlowsError | undefined {
    const returning = [...this.#sender.inFlight];
    const overPublication = this.#sender.detach(error);
    // Their time may have passed in flight, where nothing expires.
    for (const { expiry } of returning) this.#watchExpiry(expiry);
    return overPublication;
  }

  /** Sends as much as the in-flight limit and the stream allow. */
  pump(): void {
    this.#sender.pump();
  }

  /** Removes the publications that wait now, and settles them. Those in flight continue. */
  clear(): void {
    this.#clearing.start(this.#clock.now());
    this.#tellEmpty();
  }

  /** Calls `listener` once, when nothing is left to settle, and those who were waiting have done what follows. */
  onceEmpty(listener: () => void): void {
    this.#emptied = this.depth === 0 ? listener : () => void this.#clock.after(TELL, listener);
    this.#tellEmpty();
  }

  /**
   * Gives back all unsettled publications, oldest first, and rejects later ones. Those on disk stay there, and who waits
   * for them has heard of it when this resolves, with the number of lost ones.
   */
  async close(): Promise<number> {
    this.#closed = true;
    this.#cancelSweep?.();
    this.detach();
    const left = this.#queue.close();
    if (left instanceof Promise) {
      const settlement: PublishResult = { ok: false, error: outboxError('publication-kept') };
      const waiters = await left;
      for (const waiter of waiters) guarded(this.#report, () => waiter(settlement));
      if (waiters.length > 0) await new Promise<void>((resolve) => this.#clock.after(TELL, resolve));
      return 0;
    }
    for (const entry of left) this.#finish(entry, { ok: false, error: outboxError('connection-closed') });
    return left.length;
  }

  #problem(entry: OutboxEntry, { whileOffline }: PublishOptions): MqttFlowsError | undefined {
    if (this.#closed) return outboxError('connection-closed');
    if (whileOffline === 'fail' && !this.#sender.connected) return outboxError('not-connected');
    return this.#hasRoom(entry) ? undefined : this.#full();
  }

  /** Whether it fits, or others can be dropped for it. */
  #hasRoom(entry: OutboxEntry): boolean {
    const { maxMessages, maxBytes, overflow } = this.#limits;
    if (this.#counts.depth < maxMessages && this.#counts.bytes + entry.bytes <= maxBytes) return true;
    if (overflow === 'reject') return false;
    // Publications in flight cannot be dropped.
    const { inFlight } = this.#sender;
    let bytes = entry.bytes;
    for (const sent of inFlight) bytes += sent.bytes;
    return inFlight.size < maxMessages && bytes <= maxBytes;
  }

  /** Drops the oldest publications that are not in flight until the limits hold again. */
  #dropOldest(): void {
    const { maxMessages, maxBytes, overflow } = this.#limits;
    // A disk may hold more than a limit that has been lowered.
    if (overflow === 'reject') return;
    while (this.#counts.depth > maxMessages || this.#counts.bytes > maxBytes) {
      const oldest = this.#queue.shift();
      if (!oldest) return;
      this.#counts.dropped();
      this.#sender.retire(oldest);
      this.#finish(oldest, { ok: false, error: outboxError('publication-dropped') });
    }
  }

  #accepted(entry: OutboxEntry): void {
    this.#counts.accepted();
    const waiter = entry.queued();
    if (waiter) guarded(this.#report, () => waiter({ ok: true, reasonCode: 0 }));
  }

  #restored(count: number, bytes: number, identifiers: RestoredIdentifiers): void {
    this.#counts.enter(bytes, count);
    this.#sender.restore(identifiers);
  }

  #vanished(count: number, bytes: number, waiters: readonly Settled[]): void {
    this.#counts.leave(bytes, count);
    const error = new MqttFlowsError('outbox-unreadable', { stage: 'outbox', params: { count } });
    for (const waiter of waiters) guarded(this.#report, () => waiter({ ok: false, error }));
    this.#report(error);
    this.#tellEmpty();
  }

  #revive(recorded: RecordedPublication): OutboxEntry {
    this.#watchExpiry(recorded.expiresAt);
    return new OutboxEntry(recorded, this.#sender);
  }

  /** Settles a cleared publication. A loss without a waiter is not reported, since the user has asked for it. */
  #discard(entry: OutboxEntry): void {
    this.#counts.dropped();
    this.#sender.retire(entry);
    this.#counts.leave(entry.bytes);
    this.#queue.remove(entry);
    if (entry.waiter) this.#settle(entry, { ok: false, error: outboxError('publication-cleared') });
  }

  #resume(): void {
    this.#clearing.goOn();
    this.#dropOldest();
    this.pump();
  }

  #ended(entry: OutboxEntry, end: SendingEnd): void {
    this.#counts.ended(end.kind);
    this.#finish(entry, settlementOf(entry, end, this.#clock.now()));
    this.#tellEmpty();
  }

  /** Removes it from the outbox for good. */
  #finish(entry: OutboxEntry, settlement: PublishResult): void {
    this.#counts.leave(entry.bytes);
    this.#queue.remove(entry);
    this.#settle(entry, settlement);
  }

  #settle(entry: OutboxEntry, settlement: PublishResult): void {
    const { waiter, publication, origin } = entry;
    if (waiter) guarded(this.#report, () => waiter(settlement));
    else if (!settlement.ok) this.#report(settlement.error, { publication, origin });
  }

  /** Makes sure that an expiry at `expiresAt` is noticed even if nothing is sent. */
  #watchExpiry(expiresAt: number): void {
    if (this.#closed || expiresAt >= this.#sweepAt) return;
    this.#cancelSweep?.();
    const delay = Math.max(SWEEP, expiresAt + 1 - this.#clock.now());
    this.#sweepAt = this.#clock.now() + delay;
    this.#cancelSweep = this.#clock.after(Math.min(delay, LONGEST_TIMER), () => this.#sweep());
  }

  #sweep(): void {
    this.#sweepAt = Number.POSITIVE_INFINITY;
    const { expired, next } = this.#queue.sweep(this.#clock.now());
    for (const entry of expired) {
      this.#sender.retire(entry);
      this.#ended(entry, { kind: 'expired' });
    }
    this.#watchExpiry(next);
  }

  #tellEmpty(): void {
    if (!this.#emptied || this.depth > 0) return;
    const listener = this.#emptied;
    this.#emptied = undefined;
    listener();
  }

  /** The error for a full outbox, with the limits in the units of the dialog. */
  #full(): MqttFlowsError {
    const { maxMessages, maxBytes } = this.#limits;
    return outboxError('outbox-full', { maxMessages, ...byteAmount(maxBytes) });
  }
}

/** How long those who wait have to do what follows, in ms: a flow answers some turns of the event loop later. */
const TELL = 20;
const NEVER = Number.POSITIVE_INFINITY;
/** The longest time that a timer of Node.js can wait, in ms. */
const LONGEST_TIMER = 2 ** 31 - 1;
