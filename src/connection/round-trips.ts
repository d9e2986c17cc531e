// Tells when everything that a server has sent so far has arrived, however slow the server, the link or this process is:
// a server answers PINGREQ after what it sent before.

import type { Transport } from '../transport/transport';
import type { AnswerWatch } from './answer-watch';
import type { Clock } from './clock';

/** ms between two looks at whether PINGRESP can be read */
const LOOK = 250;
/** ms after which PINGRESP is not waited for any longer, though the server answers other packets */
const LONGEST = 120_000;

type Link = Pick<Transport, 'ping' | 'reading' | 'unacknowledged'>;

/** Somebody who waits for the end of a round trip. */
interface Waiting {
  readonly done: (free: boolean) => void;
}

/** A PINGREQ without its answer. */
interface Trip {
  readonly waiting: Set<Waiting>;
  over: boolean;
}

export class RoundTrips {
  readonly #clock: Clock;
  readonly #answers: AnswerWatch;
  #transport: Link | undefined;
  /** One at a time: thousands of subscriptions may ask within a moment. */
  #trip: Trip | undefined;
  /** Those who have asked since it began. */
  #next = new Set<Waiting>();
  #stopLooking: () => void = () => {};

  constructor(clock: Clock, answers: AnswerWatch) {
    this.#clock = clock;
    this.#answers = answers;
  }

  attach(transport: Link): void {
    this.#transport = transport;
  }

  detach(): void {
    this.#transport = undefined;
    this.#trip = undefined;
    this.#next.clear();
    this.#stopLooking();
  }

  /**
   * Calls `done` once, in a turn of its own, when all that the server sent before has arrived; never, when the
   * connection ends first. `free` says that the server's window held nothing back: all was acknowledged. While reading
   * is stopped, nothing can be known, and `free` is false. Returns a function that cancels it.
   */
  begin(done: (free: boolean) => void): () => void {
    const transport = this.#transport;
    if (!transport) return () => {};
    const waiting = { done };
    const group = this.#next;
    group.add(waiting);
    if (!this.#trip) this.#send(transport);
    return () => void group.delete(waiting);
  }

  /** Sends PINGREQ for all who wait. */
  #send(transport: Link): void {
    const trip = { waiting: this.#next, over: false };
    this.#trip = trip;
    this.#next = new Set();
    const free = transport.unacknowledged === 0;
    const stopLooking = this.#look(transport, () => this.#end(transport, trip, false));
    this.#stopLooking = stopLooking;
    const answered = (): void => {
      stopLooking();
      this.#end(transport, trip, free);
    };
    transport.ping(this.#answers.await<void>(answered));
  }

  #end(transport: Link, trip: Trip, free: boolean): void {
    if (trip.over) return;
    trip.over = true;
    this.#clock.after(0, () => {
      if (this.#trip !== trip) return;
      this.#trip = undefined;
      for (const waiting of trip.waiting) {
        trip.waiting.delete(waiting);
        waiting.done(free);
        // The connection may have been ended by it.
        if (this.#transport !== transport) return;
      }
      if (!this.#trip && this.#next.size > 0) this.#send(transport);
    });
  }

  /** Calls `stopped` when reading has stopped: PINGRESP may wait behind what only the end of the wait would let go. */
  #look(transport: Link, stopped: () => void): () => void {
    const until = this.#clock.now() + LONGEST;
    let cancel = (): void => {};
    const look = (): void => {
      if (this.#transport !== transport) return;
      if (!transport.reading || this.#clock.now() >= until) stopped();
      else cancel = this.#clock.after(LOOK, look);
    };
    cancel = this.#clock.after(LOOK, look);
    return () => cancel();
  }
}
