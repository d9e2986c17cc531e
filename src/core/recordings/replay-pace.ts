// When each message of a recording is due: the recorded distances, divided by the speed.

/** ms that a replay may be behind. A slow flow moves what follows, and nothing is made up for in a rush. */
const MOST_BEHIND = 1000;

export class ReplayPace {
  /** A factor; 0 for as fast as possible. It may change at any time. */
  speed: number;
  readonly #longestPause: number;
  /** The recorded time of the latest message. */
  #recorded: number | undefined;
  /** When it was due, in ms of the clock of `now`. */
  #due: number | undefined;

  /** `longestPause` in ms bounds the recorded distances; 0 for none. */
  constructor(speed: number, longestPause = 0) {
    this.speed = speed;
    this.#longestPause = longestPause;
  }

  /**
   * When a message with the recorded time `time` is due, in ms; not after `now` when it is due at once. A time before
   * that of the last message counts as the same: somebody has set the clock.
   */
  due(time: number | undefined, now: number): number {
    if (this.speed === 0) return now;
    const planned = (this.#due ?? now) + this.#distance(time) / this.speed;
    return planned < now - MOST_BEHIND ? now : planned;
  }

  /** The message with the recorded time `time`, which was due at `due`, was sent. */
  sent(time: number | undefined, due: number): void {
    if (time !== undefined) this.#recorded = time;
    this.#due = due;
  }

  /** The recording begins again: its first message is due right after the last one. */
  restart(): void {
    this.#recorded = undefined;
  }

  #distance(time: number | undefined): number {
    const latest = this.#recorded;
    const distance = time === undefined || latest === undefined ? 0 : Math.max(0, time - latest);
    return this.#longestPause > 0 ? Math.min(distance, this.#longestPause) : distance;
  }
}
