// Publications that match several subscriptions, from a server without subscription identifiers. It sends one copy for
// all of them, one copy for each (MQTT 3.1.1, section 3.3.5, allows both), or one copy for each granted QoS (RabbitMQ).

import type { IncomingPublication } from '../../../core/publications/publication';
import type { SharedReceipt } from '../../acknowledgement/shared-receipt';
import type { Clock } from '../../clock';
import { liveReceivers } from '../receivers';
import type { ServerSubscription } from '../server-subscription';
import {
  agreedCopies,
  COPY_RULES,
  type CopyCounts,
  type CopyRule,
  copyCounts,
  mostCopies,
  possibleCopies,
  sureCopies,
} from './copy-rules';
import { CopyTrials } from './copy-trials';
import { type Give, type HeldPublication, HeldPublications } from './held-publications';
import { publicationFingerprint } from './publication-fingerprint';
import { RepetitionWatch } from './repetition-watch';

/** ms within which the copies of one publication arrive */
const LIFE = 2000;
/** The number of publications in a row that arrived once, after which a rule that brings several is given up. */
const ENOUGH = 2;

/** A publication that has been delivered, of which further copies are expected. */
interface Expected {
  readonly counts: CopyCounts;
  arrived: number;
  /** ms of `Clock.now()` */
  readonly until: number;
}

/** A copy that has arrived, with the data to count it. */
interface Arrival extends HeldPublication {
  readonly fingerprint: string;
  readonly counts: CopyCounts;
}

/**
 * Learns by which rule the server sends copies. Once the rules that are left agree on the number of copies of a
 * publication, the first is delivered and the further ones are dropped. Until then, the first copy is delivered at once,
 * and later publications on its topic wait.
 */
export class AnonymousCopies {
  readonly #clock: Clock;
  readonly #give: Give;
  readonly #held = new HeldPublications<Arrival>();
  readonly #trials: CopyTrials;
  readonly #repetitions: RepetitionWatch;
  /** By fingerprint, oldest first. */
  readonly #expected = new Map<string, Expected>();
  #missed = 0;

  constructor(clock: Clock, give: Give) {
    this.#clock = clock;
    this.#give = give;
    this.#trials = new CopyTrials(clock, () => this.#learnt());
    this.#repetitions = new RepetitionWatch(clock);
  }

  take(
    publication: IncomingPublication,
    subscriptions: readonly ServerSubscription[],
    receipt: SharedReceipt | undefined,
  ): void {
    const receivers = liveReceivers(subscriptions);
    const counts = copyCounts(subscriptions);
    const { rules } = this.#trials;
    const agreed = agreedCopies(rules, counts);
    const waits = this.#trials.concerns(publication.topic);
    // Rather twice than never, as long as one copy is possible.
    if (agreed === 1 && !waits && rules.some((rule) => possibleCopies(rule, counts) === 1)) {
      if (this.#repetitions.suggestsCopies(publication, counts)) this.#trials.restart();
      return this.#give(publication, receivers, receipt);
    }
    const fingerprint = publicationFingerprint(publication);
    const arrival = { publication, receivers, receipt, fingerprint, counts };
    if (agreed === undefined || waits) this.#try(arrival, agreed);
    else this.#count(arrival);
  }

  /** The connection has ended. A waiting publication counts as a copy if everything seen so far suggests that. */
  detach(): void {
    this.#settle(this.#trials.likely);
    this.#trials.stop();
  }

  /** A continued session is with the same server, which may still send the expected copies. */
  attach(sessionPresent: boolean): void {
    if (sessionPresent) return;
    this.#trials.restart();
    this.#missed = 0;
    this.#expected.clear();
  }

  /** Handles an arrival while the rules disagree on the number of its copies, or of those on its topic. */
  #try(arrival: Arrival, agreed: number | undefined): void {
    const { fingerprint, counts } = arrival;
    const { topic } = arrival.publication;
    const first = !this.#trials.concerns(topic);
    if (agreed === undefined) this.#trials.seen(topic, fingerprint, counts);
    if (first) return this.#hand(arrival);
    this.#held.add(arrival);
    if (this.#held.full) this.#learn(this.#trials.likely);
  }

  /** A full room must be empty afterwards. */
  #learn(rules: readonly CopyRule[]): void {
    this.#trials.learn(rules);
    this.#settle(rules);
    this.#trials.stop();
  }

  #learnt(): void {
    const { rules } = this.#trials;
    this.#missed = 0;
    for (const [fingerprint, { counts, arrived }] of this.#expected)
      if (arrived >= mostCopies(rules, counts)) this.#expected.delete(fingerprint);
    this.#held.settle((arrival) => {
      const open = agreedCopies(rules, arrival.counts) === undefined;
      if (open && this.#trials.concerns(arrival.publication.topic)) this.#held.add(arrival);
      else this.#count(arrival, rules);
    });
  }

  #settle(rules: readonly CopyRule[]): void {
    this.#held.settle((arrival) => this.#count(arrival, rules));
  }

  /** Delivers it, unless it is a copy of a delivered publication. */
  #count(arrival: Arrival, rules = this.#trials.rules): void {
    this.#expire();
    const { fingerprint } = arrival;
    const expected = this.#expected.get(fingerprint);
    const most = expected ? mostCopies(rules, expected.counts) : 1;
    if (!expected || expected.arrived >= most) return this.#hand(arrival, rules);
    if (++expected.arrived >= most) this.#forget(fingerprint, expected);
  }

  #hand({ publication, receivers, receipt, fingerprint, counts }: Arrival, rules = this.#trials.rules): void {
    this.#give(publication, receivers, receipt);
    this.#expected.delete(fingerprint);
    if (mostCopies(rules, counts) === 1) return;
    this.#expected.set(fingerprint, { counts, arrived: 1, until: this.#clock.now() + LIFE });
  }

  #expire(): void {
    const now = this.#clock.now();
    for (const [fingerprint, expected] of this.#expected) {
      if (expected.until > now) return;
      this.#forget(fingerprint, expected);
    }
  }

  /** The absence of sure copies speaks against the rules that bring them. */
  #forget(fingerprint: string, { counts, arrived }: Expected): void {
    this.#expected.delete(fingerprint);
    if ((agreedCopies(this.#trials.rules, counts) ?? 1) < 2) return;
    this.#missed = arrived > 1 ? 0 : this.#missed + 1;
    if (this.#missed >= ENOUGH) this.#trials.learn(COPY_RULES.filter((rule) => sureCopies(rule, counts) === 1));
  }
}
