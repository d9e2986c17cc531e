// The clock of a broker, which tests replace.

export interface BrokerClock {
  /** ms of a clock that nobody can set and that never goes back */
  now(): number;
  /** ms since the epoch; jumps when the clock of the machine is set */
  wall(): number;
  /** Calls `task` once after `delay` ms. */
  after(delay: number, task: () => void): void;
  /** Calls `task` every `interval` ms. The returned function stops it. */
  every(interval: number, task: () => void): () => void;
}
