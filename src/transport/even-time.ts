// The time that has passed on this machine, whoever sets its clock. The monotonic clock of Linux stands still while the
// machine sleeps, so the time asleep is added.

import { uptime } from 'node:os';

/** The clocks of a machine, in ms. */
interface MachineClocks {
  /** Never set; may stand still while the machine sleeps. */
  awake(): number;
  /** Goes on while the machine sleeps, and may be set. */
  wall(): number;
  /** Since the machine was started, asleep or not. Slow to read, and exact to a second. */
  uptime(): number;
}

/** A difference in ms that no clock has by being read a little later. */
const NOTABLE = 2000;

export class EvenTime {
  readonly #clocks: MachineClocks;
  readonly #uptimeAhead: number;
  #wallAhead: number;
  #asleep = 0;

  constructor(clocks: MachineClocks) {
    this.#clocks = clocks;
    const awake = clocks.awake();
    this.#uptimeAhead = clocks.uptime() - awake;
    this.#wallAhead = clocks.wall() - awake;
  }

  /** ms since a moment that means nothing. Never goes back. */
  now(): number {
    const awake = this.#clocks.awake();
    const wallAhead = this.#clocks.wall() - awake;
    if (Math.abs(wallAhead - this.#wallAhead) > NOTABLE) this.#look(awake, wallAhead);
    return awake + this.#asleep;
  }

  /** The time of day has moved more than the monotonic clock: the machine has slept, or somebody has set its clock. */
  #look(awake: number, wallAhead: number): void {
    this.#wallAhead = wallAhead;
    const asleep = this.#clocks.uptime() - awake - this.#uptimeAhead;
    if (asleep - this.#asleep > NOTABLE) this.#asleep = asleep;
  }
}

/** The time of this process. */
export const evenTime = new EvenTime({
  awake: () => performance.now(),
  wall: () => Date.now(),
  uptime: () => uptime() * 1000,
});
