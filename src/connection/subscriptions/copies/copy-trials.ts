// Learns from the first publications on a connection whether the server sends one copy, or one for each matching
// subscription. For servers without subscription identifiers.

import type { Clock } from '../../clock';

/** ms in which copies of one publication arrive, if the server sends several */
const WINDOW = 250;
/** ms after which the likely answer is used, since waiting publications must not be too late */
const PATIENCE = 750;

interface Trial {
  copies: number;
  /** The number of copies, if there is one for each. */
  readonly expected: number;
  /** ms of `Clock.now()` */
  readonly due: number;
}

export type CopyKind = 'copy for each' | 'one for all';

export class CopyTrials {
  readonly #clock: Clock;
  readonly #decide: (kind: CopyKind) => void;
  readonly #topics = new Set<string>();
  /** By fingerprint, oldest first. */
  readonly #trials = new Map<string, Trial>();
  #passed = 0;
  #stopWaiting: (() => void) | undefined;

  constructor(clock: Clock, decide: (kind: CopyKind) => void) {
    this.#clock = clock;
    this.#decide = decide;
  }

  /** Whether a publication on `topic` may be a further copy. */
  concerns(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** The likely answer at this moment. */
  get likely(): CopyKind {
    let full = this.#passed;
    let partial = 0;
    for (const { copies, expected } of this.#trials.values()) {
      if (copies % expected === 0) full++;
      else partial++;
    }
    // The last trial may complete a moment later.
    return full > partial ? 'copy for each' : 'one for all';
  }

  /** A publication has arrived, for which `expected` copies arrive if there is one for each subscription. */
  seen(topic: string, fingerprint: string, expected: number): void {
    const known = this.#trials.get(fingerprint);
    if (known) {
      known.copies++;
      return;
    }
    this.#topics.add(topic);
    this.#trials.set(fingerprint, { copies: 1, expected, due: this.#clock.now() + WINDOW });
    this.#stopWaiting ??= this.#clock.after(WINDOW, () => this.#judge());
  }

  /** Starts again. */
  stop(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#topics.clear();
    this.#trials.clear();
    this.#passed = 0;
  }

  /**
   * A publication that arrived once, or in incomplete sets of copies, is proof. One that arrived in complete sets may
   * have been published twice.
   */
  #judge(): void {
    this.#stopWaiting = undefined;
    const now = this.#clock.now();
    for (const [fingerprint, { copies, expected, due }] of this.#trials) {
      if (due > now) break;
      this.#trials.delete(fingerprint);
      if (copies % expected !== 0) return this.#decide('one for all');
      if (++this.#passed > 1) return this.#decide('copy for each');
    }
    const [next] = this.#trials.values();
    if (next) this.#stopWaiting = this.#clock.after(next.due - now, () => this.#judge());
    else this.#stopWaiting = this.#clock.after(PATIENCE, () => this.#decide('copy for each'));
  }
}
