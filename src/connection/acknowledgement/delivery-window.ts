// What one subscriber has been given and not settled, and what waits until there is room: the server waits with it.

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
}

/** What became of a delivery: a settlement, or nothing, because what worked on it was stopped. */
export type Outcome = Acknowledgement | { readonly kind: 'interrupted' };

/** Of an outcome: `late` when the connection is gone that waited for it, `unknown` when it was settled before. */
export type Taken = 'taken' | 'late' | 'unknown';

/** Ends a delivery, once. */
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
  /** Gives a delivery to the flow; without `settle` nobody waits for the outcome. */
  hand(delivery: Delivery, settle?: SettleDelivery): HandedDelivery | undefined;
  /** A delivery has taken too long: what is to become of it. */
  expired(delivery: Delivery, at: string | undefined): Acknowledgement;
  /** The number of unsettled or failed deliveries has changed. */
  changed(): void;
  /** The failures of the connection, `count` of them, may fill the window of the server; told once on each connection. */
  failuresFillWindow(count: number): void;
}

interface Held {
  delivery: Delivery;
  readonly release: ReleaseReceipt;
  /** Its connection is gone: at QoS 1, the server sends it again if it has kept the session. */
  lost: boolean;
  cancelTimeout: () => void;
  handed: HandedDelivery | undefined;
}

const nothing = (): void => {};

export class DeliveryWindow {
  /** Whether the server takes a refusal: to others, it is no acknowledgement. */
  refusable = true;
  readonly #clock: Clock;
  readonly #waiting = new Fifo<Held>();
  readonly #unsettled = new Set<Held>();
  #handler: DeliveryHandler | undefined;
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

  /** Deliveries that the flow has been given and that are not settled. */
  get unsettled(): number {
    return this.#unsettled.size;
  }

  /** Those that wait for room. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Those that the server will not hear of on this connection: each holds a place in its window. */
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

  /** Keeps deliveries until the next open(); what is unsettled stays so. */
  leave(): void {
    this.#handler = undefined;
  }

  /** Until resume(), what has an acknowledgement waits. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#next();
  }

  /** Takes a delivery; at QoS 0, asked for or sent, nobody waits for an acknowledgement. */
  take(delivery: Delivery, receipt: SharedReceipt | undefined): void {
    if (!receipt || delivery.qos === 0) {
      this.#handler?.hand(delivery);
      return;
    }
    this.#connectionFailed.arrived();
    this.#waiting.push({
      delivery,
      release: receipt.hold(),
      lost: false,
      cancelTimeout: nothing,
      handed: undefined,
    });
    this.#next();
  }

  /** Interrupts all that is unsettled: it is delivered again. */
  interrupt(): void {
    for (const held of [...this.#unsettled].reverse()) this.#settle(held, { kind: 'interrupted' });
  }

  /** The connection is gone. */
  lose(): void {
    this.#failed = 0;
    for (const held of this.#unsettled) held.lost = held.delivery.publication.qos === 1;
    for (const held of this.#waiting.drain()) {
      held.lost = held.delivery.publication.qos === 1;
      this.#waiting.push(held);
    }
    this.#changed();
  }

  /** The session goes on: what waits at QoS 1 comes again, and would wait twice. */
  resumeSession(): void {
    for (const held of this.#waiting.drain()) if (!held.lost) this.#waiting.push(held);
  }

  /** Settles all that is left in one way. */
  discard(settlement: Acknowledgement): void {
    this.#handler = undefined;
    for (const held of this.#waiting.drain()) held.release(settlement);
    for (const held of [...this.#unsettled]) this.#settle(held, settlement);
    this.#discarded();
  }

  #next(): void {
    // The flow may be done with a delivery before hand() returns: a loop, for a recursion could become deep.
    if (this.#handing) return;
    this.#handing = true;
    try {
      while (this.#handler && !this.#paused && this.#unsettled.size < this.#handler.limit) {
        const held = this.#waiting.shift();
        if (!held) break;
        this.#hand(held, this.#handler);
      }
    } finally {
      this.#handing = false;
    }
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

  #release({ release, lost }: Held, settlement: Acknowledgement): void {
    const { kind } = settlement;
    if (!lost && (kind === 'abandoned' || (kind === 'refused' && !this.refusable))) {
      this.#failed++;
      this.#connectionFailed.add();
    }
    release(settlement);
  }

  /** MQTT sends nothing again on a connection that stands (MQTT 5, section 4.4): we do, and it is marked as theirs is. */
  #again(held: Held): void {
    const { delivery } = held;
    const publication = { ...delivery.publication, dup: true };
    const again = { ...delivery, publication };
    this.#waiting.unshift([{ ...held, delivery: again, cancelTimeout: nothing, handed: undefined }]);
  }
}
