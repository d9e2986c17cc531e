// Publications that match several subscriptions, from a server without subscription identifiers. It sends one copy for
// all of them, one copy for each (MQTT 3.1.1, section 3.3.5, allows both), or one copy for each granted QoS (RabbitMQ).

import type { IncomingPublication } from '../../../core/publications/publication';
import type { SharedReceipt } from '../../acknowledgement/shared-receipt';
import { type Clock, Timer } from '../../clock';
import type { RoundTrips } from '../../round-trips';
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
import { NOT_FREE, type Queued, QueuedArrivals } from './queued-arrivals';
import { RepetitionWatch } from './repetition-watch';

/** ms for which the copies of one publication are expected at least; then a round trip shows whether they are still on their way */
const LIFE = 2000;
/** The number of publications in a row that arrived once, after which a rule that brings several is given up. */
const ENOUGH = 2;

/** A publication that has been delivered, of which further copies are expected. */
interface Expected extends Queued {
  readonly counts: CopyCounts;
  arrived: number;
  /** ms of `Clock.now()` */
  until: number;
  /** Whether a round trip did not tell if its copies have all arrived. */
  overdue: boolean;
}

/** A copy that has arrived, with the data to count it. */
interface Arrival extends HeldPublication {
  readonly fingerprint: string;
  readonly counts: CopyCounts;
  /** The number of arrivals at QoS 1 and 2 up to this one. */
  readonly last: number;
}

/**
 * Learns by which rule the server sends copies. Once the rules that are left agree on the number of copies of a
 * publication, the first is delivered and the further ones are dropped. Until then, the first copy is delivered at once,
 * and later publications on its topic wait.
 */
export class AnonymousCopies {
  readonly #clock: Clock;
  readonly #roundTrips: RoundTrips;
  readonly #give: Give;
  readonly #arrivals = new QueuedArrivals();
  readonly #held = new HeldPublications<Arrival>();
  readonly #trials: CopyTrials;
  readonly #repetitions: RepetitionWatch;
  /** By fingerprint, oldest first. */
  readonly #expected = new Map<string, Expected>();
  /** Until the oldest of them may be given up. */
  readonly #expiry: Timer;
  #expires = false;
  #cancelTrip: () => void = () => {};
  #missed = 0;

  constructor(clock: Clock, roundTrips: RoundTrips, give: Give) {
    this.#clock = clock;
    this.#roundTrips = roundTrips;
    this.#give = give;
    this.#expiry = new Timer(clock);
    this.#trials = new CopyTrials(clock, roundTrips, this.#arrivals, {
      learnt: () => this.#learnt(),
      // What came again with the same content has been delivered already.
      stuck: () => this.#held.acknowledge(({ fingerprint }) => this.#trials.tries(fingerprint)),
      gaveUp: () => this.#giveUp(),
    });
    this.#repetitions = new RepetitionWatch(clock);
  }

  take(
    publication: IncomingPublication,
    subscriptions: readonly ServerSubscription[],
    receipt: SharedReceipt | undefined,
  ): void {
    const receivers = liveReceivers(subscriptions);
    const counts = copyCounts(subscriptions);
    const last = this.#arrivals.count(publication);
    const { rules } = this.#trials;
    const agreed = agreedCopies(rules, counts);
    const waits = this.#trials.concerns(publication.topic);
    // Rather twice than never, as long as one copy is possible.
    if (agreed === 1 && !waits && rules.some((rule) => possibleCopies(rule, counts) === 1)) {
      if (this.#repetitions.suggestsCopies(publication, counts)) this.#trials.restart();
      return this.#give(publication, receivers, receipt);
    }
    const fingerprint = publicationFingerprint(publication);
    const arrival = { publication, receivers, receipt, fingerprint, counts, last };
    if (agreed === undefined || waits) this.#try(arrival, agreed);
    else this.#count(arrival);
  }

  /** The connection has ended. A waiting publication counts as a copy if everything seen so far suggests that. */
  detach(): void {
    this.#giveUp();
    this.#stopExpiring();
  }

  /** A continued session is with the same server, which may still send the expected copies. */
  attach(sessionPresent: boolean): void {
    if (sessionPresent) return this.#expire();
    this.#trials.restart();
    this.#missed = 0;
    this.#expected.clear();
  }

  /** Handles an arrival while the rules disagree on the number of its copies, or of those on its topic. */
  #try(arrival: Arrival, agreed: number | undefined): void {
    const { fingerprint, counts, publication, last } = arrival;
    const { topic } = publication;
    const first = !this.#trials.concerns(topic);
    if (agreed === undefined) this.#trials.seen(publication, fingerprint, counts, last);
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

  /** Without a result: what waits is delivered as everything so far suggests. */
  #giveUp(): void {
    this.#settle(this.#trials.likely);
    this.#trials.stop();
  }

  #settle(rules: readonly CopyRule[]): void {
    this.#held.settle((arrival) => this.#count(arrival, rules));
  }

  /** Delivers it, unless it is a copy of a delivered publication. */
  #count(arrival: Arrival, rules = this.#trials.rules): void {
    const { fingerprint } = arrival;
    const expected = this.#expected.get(fingerprint);
    const most = expected ? mostCopies(rules, expected.counts) : 1;
    if (!expected || expected.arrived >= most) return this.#hand(arrival, rules);
    expected.last = arrival.last;
    if (++expected.arrived >= most) this.#forget(fingerprint, expected);
  }

  #hand(arrival: Arrival, rules = this.#trials.rules): void {
    const { publication, receivers, receipt, fingerprint, counts, last } = arrival;
    this.#give(publication, receivers, receipt);
    this.#expected.delete(fingerprint);
    if (mostCopies(rules, counts) === 1) return;
    const mayWait = this.#arrivals.mayWait(publication, counts);
    this.#expected.set(fingerprint, {
      counts,
      arrived: 1,
      until: this.#clock.now() + LIFE,
      overdue: false,
      mayWait,
      last,
    });
    if (!this.#expires) this.#expire();
  }

  /** Waits until the oldest may be given up. */
  #expire(): void {
    const [oldest] = this.#expected.values();
    this.#expires = oldest !== undefined;
    if (oldest) this.#expiry.start(Math.max(0, oldest.until - this.#clock.now()), () => this.#ask());
  }

  #ask(): void {
    const moment = this.#clock.now();
    const [oldest] = this.#expected.values();
    if (!oldest || oldest.until > moment) return this.#expire();
    const { total } = this.#arrivals;
    this.#cancelTrip = this.#roundTrips.begin((free) => this.#drop(moment, free ? total : NOT_FREE));
  }

  /** All that the server sent up to `moment` has arrived: copies that were lost will not come. */
  #drop(moment: number, freeUpTo: number): void {
    // Copies may be among those that wait for the rule.
    if (!this.#held.empty) return this.#expiry.start(LIFE, () => this.#ask());
    for (const [fingerprint, expected] of this.#expected) {
      if (expected.until > moment) break;
      if (this.#arrivals.complete(expected, freeUpTo)) this.#forget(fingerprint, expected);
      else {
        this.#expected.delete(fingerprint);
        // Rather twice than never: the same content may be published again.
        if (expected.overdue) continue;
        this.#expected.set(fingerprint, { ...expected, until: moment + LIFE, overdue: true });
      }
    }
    this.#expire();
  }

  #stopExpiring(): void {
    this.#expiry.stop();
    this.#cancelTrip();
    this.#expires = false;
  }

  /** The absence of sure copies speaks against the rules that bring them. */
  #forget(fingerprint: string, { counts, arrived }: Expected): void {
    this.#expected.delete(fingerprint);
    if ((agreedCopies(this.#trials.rules, counts) ?? 1) < 2) return;
    this.#missed = arrived > 1 ? 0 : this.#missed + 1;
    if (this.#missed >= ENOUGH) this.#trials.learn(COPY_RULES.filter((rule) => sureCopies(rule, counts) === 1));
  }
}
