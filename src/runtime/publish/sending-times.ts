// When a publish node sends by itself: once each time the connection stands, and at intervals while it does.

import { type Clock, Timer } from '../../connection/clock';
import type { ConnectionState } from '../../connection/connection-state';

export interface SendingPlan {
  readonly atConnection: boolean;
  /** s; undefined: not at intervals */
  readonly interval: number | undefined;
}

export class SendingTimes {
  readonly #clock: Clock;
  readonly #plan: SendingPlan;
  readonly #send: (settled: () => void) => void;
  readonly #timer: Timer;
  #stands = false;
  #pending = false;

  /**
   * `send` sends once, and calls `settled` when that is done in any way. Until then it is not called again: what waits in
   * the outbox through an outage, or for a slow server, waits once.
   */
  constructor(clock: Clock, plan: SendingPlan, send: (settled: () => void) => void) {
    this.#clock = clock;
    this.#plan = plan;
    this.#send = send;
    this.#timer = new Timer(clock);
  }

  /** Call with each state of the connection, the present one first. */
  follow({ kind }: ConnectionState): void {
    const stands = kind === 'connected';
    if (stands === this.#stands) return;
    this.#stands = stands;
    this.#timer.stop();
    if (!stands) return;
    const { atConnection, interval } = this.#plan;
    if (interval !== undefined) this.#wait(this.#clock.now() + interval * 1000, interval * 1000);
    if (atConnection) this.#sendOnce();
  }

  stop(): void {
    this.#timer.stop();
  }

  /** Counts from the beginning of the connection, so that late timers do not add up. Times that were missed are left out. */
  #wait(due: number, interval: number): void {
    this.#timer.start(Math.max(0, due - this.#clock.now()), () => {
      const missed = Math.max(0, Math.floor((this.#clock.now() - due) / interval));
      this.#wait(due + (missed + 1) * interval, interval);
      this.#sendOnce();
    });
  }

  #sendOnce(): void {
    if (this.#pending) return;
    this.#pending = true;
    this.#send(() => {
      this.#pending = false;
    });
  }
}
