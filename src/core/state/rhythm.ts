// How often a topic usually speaks, learnt from the times between its messages.

/** How many intervals have to be known. Fewer say nothing about what is usual. */
const ENOUGH = 8;
/** The weight of the latest interval in the average. */
const WEIGHT = 1 / 8;
/** An interval counts as at most so many usual ones: a device that was off for a night has no slower rhythm. */
const MOST = 10;

/**
 * The usual interval is that in which a moment falls, taken at random: the long one where messages come in bursts, since
 * the pauses between bursts are no silence.
 */
export class Rhythm {
  #count = 0;
  #mean = 0;
  /** The average of the squares. */
  #square = 0;

  /** ms; undefined as long as too little is known */
  get usual(): number | undefined {
    return this.#count < ENOUGH || this.#mean === 0 ? undefined : this.#square / this.#mean;
  }

  /** The topic has spoken `passed` ms after the last time. */
  learn(passed: number): void {
    const interval = this.#mean === 0 ? passed : Math.min(passed, (MOST * this.#square) / this.#mean);
    this.#count++;
    // At the beginning, all intervals weigh the same.
    const weight = Math.max(WEIGHT, 1 / this.#count);
    this.#mean += weight * (interval - this.#mean);
    this.#square += weight * (interval * interval - this.#square);
  }

  /** What has to be kept to go on later. */
  get kept(): readonly [count: number, mean: number, square: number] {
    return [this.#count, this.#mean, this.#square];
  }

  static from([count, mean, square]: Rhythm['kept']): Rhythm {
    const rhythm = new Rhythm();
    rhythm.#count = count;
    rhythm.#mean = mean;
    rhythm.#square = square;
    return rhythm;
  }
}
