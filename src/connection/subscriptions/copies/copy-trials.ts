// What the first publications on a connection say about their server: whether it sends one copy of them, or one for each
// subscription that matches. For servers without subscription identifiers.

import type { Clock } from '../../clock';

/** ms in which copies of one publication come, if the server sends more than one. */
const WINDOW = 250;
/** ms after which what is only likely is taken for true: what waits must not come too late to be of use. */
const PATIENCE = 750;

interface Trial {
  copies: number;
  /** How many come, if there is one for each. */
  readonly expected: number;
  /** ms since the epoch */
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

  /** Whether what comes on `topic` may be a further copy. */
  concerns(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** What it looks like, when it has to be said now. */
  get likely(): CopyKind {
    let full = this.#passed;
    let partial = 0;
    for (const { copies, expected } of this.#trials.values()) {
      if (copies % expected === 0) full++;
      else partial++;
    }
    // The last one may be full a moment later.
    return full > partial ? 'copy for each' : 'one for all';
  }

  /** A publication has come, for which `expected` copies come if there is one for each subscription. */
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

  /** Begins anew. */
  stop(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#topics.clear();
    this.#trials.clear();
    this.#passed = 0;
  }

  /** A publication that came once, or not in full sets of copies, is proof; one that did may be one sent twice. */
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
