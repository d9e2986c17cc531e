// The time in which an outbox on disk counts. While a process has the store open, it runs evenly, even if the clock of the
// machine is set. Between two processes, only that clock can tell how much time has passed.

import type { RecordedPublication } from '../../../core/outbox/publication-record';
import type { Clock } from '../../clock';

/** A difference in ms that is worth a write: one that people could notice. */
const NOTABLE = 1000;

export class StoreTime {
  readonly #clock: Clock;
  readonly #begin: number;
  #shift = 0;
  /** By how much the clock of the machine was set while the store was open, in ms, as the store knows it. */
  #clockSet = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#begin = clock.now();
  }

  /** What turns a time of this process into one of the store: ms to add. */
  get shift(): number {
    return this.#shift;
  }

  /** The store has been opened for the first time. `clockSet` is what earlier processes have written, in ms. */
  opened(clockSet: number): void {
    this.#clockSet = clockSet;
    this.#shift = this.#clock.wall() - clockSet - this.#clock.now();
  }

  /** By how many ms the clock of the machine was set, in all processes together; undefined when the store knows it. */
  get news(): number | undefined {
    const clockSet = this.#clock.wall() - this.#clock.now() - this.#shift;
    return Math.abs(clockSet - this.#clockSet) < NOTABLE ? undefined : clockSet;
  }

  /** The store has what news() was. */
  written(clockSet: number | undefined): void {
    this.#clockSet = clockSet ?? this.#clockSet;
  }

  /**
   * A publication from the store, with the times of this process. One of an earlier process cannot be younger than this
   * one: where the clock says so, it was set back meanwhile, and the publication counts as new.
   */
  revived(recorded: RecordedPublication, earlier: boolean): RecordedPublication {
    const accepted = recorded.acceptedAt - this.#shift;
    const acceptedAt = earlier ? Math.min(accepted, this.#begin) : accepted;
    return { ...recorded, acceptedAt, expiresAt: acceptedAt + recorded.expiresAt - recorded.acceptedAt };
  }
}
