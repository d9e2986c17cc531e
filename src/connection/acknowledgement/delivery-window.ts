// The deliveries that a subscriber has and has not settled, and those that wait until there is room. The server waits
// with them.

import type { Acknowledgement } from '../../core/publications/acknowledgement';
import type { IncomingPublication, QoS } from '../../core/publications/publication';
import { Fifo } from '../../core/queues/fifo';
import type { TopicFilter } from '../../core/topics/topic-filter';
import type { Clock } from '../clock';
import type { FailedDeliveries } from './failed-deliveries';
import type { ReleaseReceipt, SharedReceipt } from './shared-receipt';

export interface Delivery {
  readonly publication: IncomingPublication;
  readonly filter: TopicFilter;
  readonly qos: QoS;
  /** When it came, in ms since 1970, where the subscriber wants to know. */
  readonly receivedAt?: number;
}

/** The end of a delivery: an acknowledgement, or an interruption because its node was stopped. */
export type Outcome = Acknowledgement | { readonly kind: 'interrupted' };

/**
 * The result of settling: `late` when the connection of the delivery has ended, `unknown` when the delivery was settled
 * before.
 */
export type Taken = 'taken' | 'late' | 'unknown';

/** Settles a delivery, once. */
export type SettleDelivery = (outcome: Outcome) => Taken;

/** A delivery that the flow has been given. */
export interface HandedDelivery {
  /** Where it is at the moment, for people; undefined when nobody knows. */
  whereabouts(): string | undefined;
  /** It is settled, whoever has settled it: nobody waits for it any more. Called once. */
  settled(): void;
}

/** Deliveries of one subscriber, in numbers. */
export interface DeliveryFigures {
  /** Those that the flow has, or that wait for it. */
  readonly unacknowledged: number;
  /** Those that failed and stay unacknowledged while this connection stands. */
  readonly failed: number;
  /** Nothing is left but failures, as many as may keep the server from sending any more. */
  readonly stuck: boolean;
}

export interface DeliveryHandler {
  /** Deliveries that may be unsettled at a time. */
  readonly limit: number;
  /** ms that a delivery may take; 0 for any time */
  readonly timeout: number;
  /** Gives a delivery to the flow. Without `settle`, no acknowledgement is expected. */
  hand(delivery: Delivery, settle?: SettleDelivery): HandedDelivery | undefined;
  /** A delivery has taken too long. Returns how it is settled. */
  expired(delivery: Delivery, at: string | undefined): Acknowledgement;
  /** The number of unsettled or failed deliveries has changed. */
  changed(): void;
  /** The failures of the connection, `count` of them, may fill the window of the server; told once on each connection. */
  failuresFillWindow(count: number): void;
}

interface Held {
  delivery: Delivery;
  readonly release: ReleaseReceipt;
  /** It comes from a replay: no end of a connection concerns it. */
  readonly local: boolean;
  /** Its connection has ended. At QoS 1, the server sends it again if it has kept the session. */
  lost: boolean;
  /** Its session has not continued: the sessions after it do not know it. */
  orphaned: boolean;
  cancelTimeout: () => void;
  handed: HandedDelivery | undefined;
}

const nothing = (): void => {};

/** Deliveries without an acknowledgement that may wait for the next handler. */
const MOST_BETWEEN = 1000;

export class DeliveryWindow {
  /** Whether the server accepts a refusal. For others, a refusal is no acknowledgement. */
  refusable = true;
  readonly #clock: Clock;
  readonly #waiting = new Fifo<Held>();
  readonly #unsettled = new Set<Held>();
  #handler: DeliveryHandler | undefined;
  /** From leave() on, until another handler may have what has come: deliveries without an acknowledgement. */
  #between: Fifo<Delivery> | undefined;
  #paused = false;
  #handing = false;
  readonly #connectionFailed: FailedDeliveries;
  readonly #discarded: () => void;
  #failed = 0;

  /** `failed` counts for all windows of the connection; `discarded` is called when this one is given up. */
  constructor(clock: Clock, failed: FailedDeliveries, discarded: () => void = nothing) {
    this.#clock = clock;
    this.#connectionFailed = failed;
    this.#discarded = discarded;
  }

  /** Deliveries that the flow has and has not settled. */
  get unsettled(): number {
    return this.#unsettled.size;
  }

  /** Deliveries that wait for room. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Deliveries that will not be acknowledged on this connection. Each holds a place in the server's window. */
  get failed(): number {
    return this.#failed;
  }

  get figures(): DeliveryFigures {
    const unacknowledged = this.unsettled + this.waiting;
    const stuck = this.#connectionFailed.full && this.#failed > 0 && unacknowledged === 0;
    return { unacknowledged, failed: this.#failed, stuck };
  }

  /** Gives deliveries to `handler` from now on. */
  open(handler: DeliveryHandler): void {
    this.#handler = handler;
    this.#next();
  }

  /** Keeps deliveries until the next open(). Unsettled ones stay unsettled. */
  leave(): void {
    this.#handler = undefined;
    this.#between ??= new Fifo();
  }

  /** Until resume(), deliveries that need an acknowledgement wait. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#next();
  }

  /** Takes a delivery. At QoS 0, of the subscription or of the publication, no acknowledgement is expected. */
  take(delivery: Delivery, receipt: SharedReceipt | undefined): void {
    if (!receipt || delivery.qos === 0) {
      if (!this.#between) this.#handler?.hand(delivery);
      else if (this.#between.length < MOST_BETWEEN) this.#between.push(delivery);
      return;
    }
    const { local } = receipt;
    if (!local) this.#connectionFailed.arrived();
    this.#waiting.push({
      delivery,
      release: receipt.hold(),
      local,
      lost: false,
      orphaned: false,
      cancelTimeout: nothing,
      handed: undefined,
    });
    this.#next();
  }

  /** Interrupts all unsettled deliveries, which are then delivered again. */
  interrupt(): void {
    for (const held of [...this.#unsettled].reverse()) this.#settle(held, { kind: 'interrupted' });
  }

  /** The connection has ended. */
  lose(): void {
    this.#failed = 0;
    for (const held of this.#unsettled) held.lost = isLost(held);
    for (const held of this.#waiting.drain()) {
      held.lost = isLost(held);
      this.#waiting.push(held);
    }
    this.#changed();
  }

  /** The session continues: the server sends waiting deliveries at QoS 1 again, so they are dropped here. */
  resumeSession(): void {
    for (const held of this.#waiting.drain()) if (!held.lost || held.orphaned) this.#waiting.push(held);
  }

  /** The session does not continue: what is here is not sent again. */
  endSession(): void {
    for (const held of this.#unsettled) held.orphaned = true;
    for (const held of this.#waiting) held.orphaned = true;
  }

  /** Settles all remaining deliveries in the same way. */
  discard(settlement: Acknowledgement): void {
    this.#handler = undefined;
    this.#between = undefined;
    for (const held of this.#waiting.drain()) held.release(settlement);
    for (const held of [...this.#unsettled]) this.#settle(held, settlement);
    this.#discarded();
  }

  #next(): void {
    // The flow may settle a delivery before hand() returns. A loop is used because a recursion could become deep.
    if (this.#handing) return;
    this.#handing = true;
    try {
      this.#handBetween();
      while (this.#handler && !this.#paused && this.#unsettled.size < this.#handler.limit) {
        const held = this.#waiting.shift();
        if (!held) break;
        this.#hand(held, this.#handler);
      }
    } finally {
      this.#handing = false;
    }
  }

  #handBetween(): void {
    const between = this.#between;
    const handler = this.#handler;
    if (!between || !handler || this.#paused) return;
    this.#between = undefined;
    for (const delivery of between.drain()) handler.hand(delivery);
  }

  #hand(held: Held, handler: DeliveryHandler): void {
    this.#unsettled.add(held);
    if (handler.timeout > 0) {
      held.cancelTimeout = this.#clock.after(handler.timeout, () => {
        this.#settle(held, handler.expired(held.delivery, held.handed?.whereabouts()));
      });
    }
    this.#changed();
    const handed = handler.hand(held.delivery, (outcome) => this.#settle(held, outcome));
    // The flow may be done with it by now.
    if (this.#unsettled.has(held)) held.handed = handed;
    else handed?.settled();
  }

  #settle(held: Held, outcome: Outcome): Taken {
    if (!this.#unsettled.delete(held)) return 'unknown';
    held.cancelTimeout();
    held.handed?.settled();
    if (outcome.kind === 'interrupted') this.#again(held);
    else this.#release(held, outcome);
    this.#changed();
    this.#next();
    return held.lost ? 'late' : 'taken';
  }

  #changed(): void {
    const handler = this.#handler;
    if (!handler) return;
    if (this.#connectionFailed.alarm()) handler.failuresFillWindow(this.#connectionFailed.count);
    handler.changed();
  }

  #release({ release, lost, local }: Held, settlement: Acknowledgement): void {
    const { kind } = settlement;
    if (!lost && !local && (kind === 'abandoned' || (kind === 'refused' && !this.refusable))) {
      this.#failed++;
      this.#connectionFailed.add();
    }
    release(settlement);
  }

  /**
   * The server does not retransmit on a connection that stands (MQTT 5, section 4.4). We deliver again, with `dup` as
   * the server would.
   */
  #again(held: Held): void {
    const { delivery } = held;
    const publication = { ...delivery.publication, dup: true };
    const again = { ...delivery, publication };
    this.#waiting.unshift([{ ...held, delivery: again, cancelTimeout: nothing, handed: undefined }]);
  }
}

/** The server sends it again if it has kept the session. At QoS 2, it does not. */
function isLost({ local, delivery }: Held): boolean {
  return !local && delivery.publication.qos === 1;
}
