// Learns from the first publications on a connection by which rule the server sends copies of a publication that several
// subscriptions match. For servers without subscription identifiers.

import type { Clock } from '../../clock';
import { agreedCopies, COPY_RULES, type CopyCounts, type CopyRule, explains, sureCopies } from './copy-rules';

/** ms in which copies of one publication arrive, if the server sends several */
const WINDOW = 250;
/** ms after which the likely answer is used, since waiting publications must not be too late */
const PATIENCE = 750;

interface Trial {
  readonly topic: string;
  readonly counts: CopyCounts;
  copies: number;
  /** ms of `Clock.now()` */
  readonly due: number;
}

/**
 * A rule that does not explain how often a publication arrived is out. Rules that explain it with fewer copies, because it
 * may have been published twice, are out when that happens with two publications, or with one and no other comes.
 */
export class CopyTrials {
  readonly #clock: Clock;
  readonly #learnt: () => void;
  readonly #topics = new Set<string>();
  /** By fingerprint, oldest first. */
  readonly #trials = new Map<string, Trial>();
  #rules: readonly CopyRule[] = COPY_RULES;
  /** A publication that arrived in complete sets of copies, when there was one. */
  #repeated: Trial | undefined;
  #stopWaiting: (() => void) | undefined;

  /** `learnt` is called when there are fewer rules, or when waiting has been in vain. */
  constructor(clock: Clock, learnt: () => void) {
    this.#clock = clock;
    this.#learnt = learnt;
  }

  /** Those that explain all that has arrived, most copies first. At least one. */
  get rules(): readonly CopyRule[] {
    return this.#rules;
  }

  /** Whether a publication on `topic` may be a further copy. */
  concerns(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** Those of the rules that explain most of the present trials, which may still be incomplete. */
  get likely(): readonly CopyRule[] {
    const trials = [...this.#trials.values(), ...(this.#repeated ? [this.#repeated] : [])];
    const fits = (rule: CopyRule): number =>
      trials.filter(({ copies, counts }) => explains(rule, copies, counts)).length;
    const best = this.#rules.find((rule) => fits(rule) > trials.length / 2);
    if (!best) return this.#rules;
    const alike = (rule: CopyRule): boolean =>
      trials.every(({ counts }) => sureCopies(rule, counts) === sureCopies(best, counts));
    return this.#rules.filter(alike);
  }

  /** A publication has arrived for which the rules bring different numbers of copies. */
  seen(topic: string, fingerprint: string, counts: CopyCounts): void {
    const known = this.#trials.get(fingerprint);
    if (known) {
      known.copies++;
      return;
    }
    this.#topics.add(topic);
    this.#trials.set(fingerprint, { topic, counts, copies: 1, due: this.#clock.now() + WINDOW });
    if (this.#trials.size === 1) this.#await();
  }

  /** From now on, these are the rules. Trials whose outcome they agree on are over. */
  learn(rules: readonly CopyRule[]): void {
    this.#rules = rules;
    this.#repeated = undefined;
    this.#topics.clear();
    for (const [fingerprint, { topic, counts }] of this.#trials) {
      if (agreedCopies(rules, counts) === undefined) this.#topics.add(topic);
      else this.#trials.delete(fingerprint);
    }
    if (this.#trials.size === 0) this.stop();
    this.#learnt();
  }

  /** Ends all trials, and keeps the rules. */
  stop(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#topics.clear();
    this.#trials.clear();
    this.#repeated = undefined;
  }

  /** Nothing is known any more. */
  restart(): void {
    this.stop();
    this.#rules = COPY_RULES;
  }

  #judge(): void {
    this.#stopWaiting = undefined;
    const now = this.#clock.now();
    let rules = this.#rules;
    for (const [fingerprint, trial] of this.#trials) {
      if (trial.due > now) break;
      this.#trials.delete(fingerprint);
      rules = this.#narrow(rules, trial);
    }
    if (rules.length < this.#rules.length) this.learn(rules);
    this.#await();
  }

  #narrow(rules: readonly CopyRule[], trial: Trial): readonly CopyRule[] {
    const left = rules.filter((rule) => explains(rule, trial.copies, trial.counts));
    if (agreedCopies(left, trial.counts) !== undefined) return left;
    if (this.#repeated) return withMostCopies(left, trial);
    this.#repeated = trial;
    return left;
  }

  #await(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    const [next] = this.#trials.values();
    if (next) {
      const left = Math.max(0, next.due - this.#clock.now());
      this.#stopWaiting = this.#clock.after(left, () => this.#judge());
    } else if (this.#repeated) this.#stopWaiting = this.#clock.after(PATIENCE, () => this.#settleForMost());
  }

  /** No second publication has come. */
  #settleForMost(): void {
    this.#stopWaiting = undefined;
    if (this.#repeated) this.learn(withMostCopies(this.#rules, this.#repeated));
  }
}

function withMostCopies(rules: readonly CopyRule[], { counts }: Trial): readonly CopyRule[] {
  const most = Math.max(...rules.map((rule) => sureCopies(rule, counts)));
  return rules.filter((rule) => sureCopies(rule, counts) === most);
}
