// The time of a broker with a store. It runs evenly while a process has the store open, even if the clock of the machine
// is set. Between two processes, only that clock can tell how much time has passed (docs/decisions.md, 59).

import { Buffer } from 'node:buffer';
import type { BrokerClock } from '../broker-clock';
import { StoreDamage } from './store-damage';

/** A difference in ms that is worth a write. */
const NOTABLE = 1000;

export class StoreClock implements BrokerClock {
  readonly #clock: BrokerClock;
  readonly #shift: number;
  #clockSet: number;

  /** `clockSet` is by how many ms the clock of the machine was set while earlier processes had the store open. */
  constructor(clock: BrokerClock, clockSet: number) {
    this.#clock = clock;
    this.#clockSet = clockSet;
    this.#shift = clock.wall() - clockSet - clock.now();
  }

  now(): number {
    return this.#clock.now() + this.#shift;
  }

  wall(): number {
    return this.#clock.wall();
  }

  after(delay: number, task: () => void): void {
    this.#clock.after(delay, task);
  }

  every(interval: number, task: () => void): () => void {
    return this.#clock.every(interval, task);
  }

  /** By how many ms the clock was set in total, if that has changed since it was last asked; otherwise undefined. */
  takeNews(): number | undefined {
    const clockSet = this.wall() - this.now();
    if (Math.abs(clockSet - this.#clockSet) < NOTABLE) return undefined;
    this.#clockSet = clockSet;
    return clockSet;
  }
}

export function encodeClockSet(clockSet: number): Buffer {
  const entry = Buffer.allocUnsafe(8);
  entry.writeDoubleLE(clockSet);
  return entry;
}

/** Throws StoreDamage. */
export function decodeClockSet(entry: Buffer): number {
  const clockSet = entry.length === 8 ? entry.readDoubleLE() : Number.NaN;
  if (!Number.isFinite(clockSet)) throw new StoreDamage('the clock');
  return clockSet;
}
