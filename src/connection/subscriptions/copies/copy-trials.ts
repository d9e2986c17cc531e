// Learns from the first publications on a connection by which rule the server sends copies of a publication that several
// subscriptions match. For servers without subscription identifiers.

import type { IncomingPublication } from '../../../core/publications/publication';
import type { Clock } from '../../clock';
import type { RoundTrips } from '../../round-trips';
import {
  agreedCopies,
  COPY_RULES,
  type CopyCounts,
  type CopyRule,
  explains,
  mostCopies,
  sureCopies,
} from './copy-rules';
import { NOT_FREE, type Queued, type QueuedArrivals } from './queued-arrivals';

/** ms after which it is asked whether all copies of a publication have arrived: they follow each other at once */
const WINDOW = 250;
/** ms after which the likely answer is used, since waiting publications must not be too late */
const PATIENCE = 750;
/** The number of round trips after which a trial ends without a result, since the server's window stays full. */
const MOST_ROUND_TRIPS = 3;

interface Trial extends Queued {
  readonly topic: string;
  readonly counts: CopyCounts;
  copies: number;
  /** ms of `Clock.now()` */
  due: number;
  /** Round trips that did not tell whether all copies have arrived. */
  inVain: number;
}

/** Is told of what the trials lead to. */
export interface TrialListener {
  /** There are fewer rules, or waiting has been in vain. */
  learnt(): void;
  /** Further copies may wait at the server until those that have come are acknowledged. */
  stuck(): void;
  /** The server's window stays full: the trials are given up. */
  gaveUp(): void;
}

/**
 * A rule that does not explain how often a publication arrived is out. How often is known when a round trip to the server
 * shows that nothing of it is still on its way: time alone shows nothing, since a server, a link or a process may stand
 * still between two copies. Rules that explain it with fewer copies, because it may have been published twice, are out when
 * that happens with two publications, or with one and no other comes.
 */
export class CopyTrials {
  readonly #clock: Clock;
  readonly #roundTrips: RoundTrips;
  readonly #arrivals: QueuedArrivals;
  readonly #listener: TrialListener;
  readonly #topics = new Set<string>();
  /** By fingerprint, oldest first. */
  readonly #trials = new Map<string, Trial>();
  #rules: readonly CopyRule[] = COPY_RULES;
  /** A publication that arrived in complete sets of copies, when there was one. */
  #repeated: Trial | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(clock: Clock, roundTrips: RoundTrips, arrivals: QueuedArrivals, listener: TrialListener) {
    this.#clock = clock;
    this.#roundTrips = roundTrips;
    this.#arrivals = arrivals;
    this.#listener = listener;
  }

  /** Those that explain all that has arrived, most copies first. At least one. */
  get rules(): readonly CopyRule[] {
    return this.#rules;
  }

  /** Whether a publication on `topic` may be a further copy. */
  concerns(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** Whether a publication with this fingerprint is on trial. */
  tries(fingerprint: string): boolean {
    return this.#trials.has(fingerprint);
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

  /** A publication has arrived, number `last` at QoS 1 and 2, for which the rules bring different numbers of copies. */
  seen(publication: IncomingPublication, fingerprint: string, counts: CopyCounts, last: number): void {
    const known = this.#trials.get(fingerprint);
    if (known) {
      known.copies++;
      known.last = last;
      return;
    }
    const { topic } = publication;
    const mayWait = this.#arrivals.mayWait(publication, counts);
    this.#topics.add(topic);
    this.#trials.set(fingerprint, {
      topic,
      counts,
      copies: 1,
      due: this.#clock.now() + WINDOW,
      mayWait,
      last,
      inVain: 0,
    });
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
    this.#listener.learnt();
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

  /** All that the server sent up to `moment` has arrived. */
  #judge(moment: number, freeUpTo: number): void {
    this.#stopWaiting = undefined;
    let rules = this.#rules;
    const stuck: [fingerprint: string, trial: Trial][] = [];
    for (const [fingerprint, trial] of this.#trials) {
      if (trial.due > moment) break;
      this.#trials.delete(fingerprint);
      if (this.#isComplete(trial, freeUpTo)) rules = this.#narrow(rules, trial);
      else stuck.push([fingerprint, trial]);
    }
    for (const [fingerprint, trial] of stuck) this.#tryAgain(fingerprint, trial);
    if (rules.length < this.#rules.length) this.learn(rules);
    if (stuck.some(([fingerprint, { inVain }]) => inVain >= MOST_ROUND_TRIPS && this.tries(fingerprint)))
      return this.#listener.gaveUp();
    if (stuck.length > 0) this.#listener.stuck();
    this.#await();
  }

  #isComplete(trial: Trial, freeUpTo: number): boolean {
    return trial.copies >= mostCopies(this.#rules, trial.counts) || this.#arrivals.complete(trial, freeUpTo);
  }

  #tryAgain(fingerprint: string, trial: Trial): void {
    trial.inVain++;
    trial.due = this.#clock.now() + WINDOW;
    this.#trials.set(fingerprint, trial);
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
      this.#stopWaiting = this.#clock.after(left, () => this.#ask());
    } else if (this.#repeated) this.#stopWaiting = this.#clock.after(PATIENCE, () => this.#settleForMost());
  }

  #ask(): void {
    const moment = this.#clock.now();
    const { total } = this.#arrivals;
    this.#stopWaiting = this.#roundTrips.begin((free) => this.#judge(moment, free ? total : NOT_FREE));
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
