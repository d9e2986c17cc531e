// Publications that match several subscriptions, from a server without subscription identifiers. It sends one copy for
// all of them, or one copy for each (MQTT 3.1.1, section 3.3.5, allows both).

import type { IncomingPublication } from '../../../core/publications/publication';
import type { SharedReceipt } from '../../acknowledgement/shared-receipt';
import type { Clock } from '../../clock';
import { liveReceivers } from '../receivers';
import type { ServerSubscription } from '../server-subscription';
import { CopyTrials } from './copy-trials';
import { type Give, type HeldPublication, HeldPublications } from './held-publications';
import { publicationFingerprint } from './publication-fingerprint';
import { RepetitionWatch } from './repetition-watch';

/** ms within which the copies of one publication arrive */
const LIFE = 2000;
/** The number of publications in a row that arrived once, after which a server counts as sending one copy. */
const ENOUGH = 2;

/** A publication that has been delivered, and the number of further copies to expect. */
interface Expected {
  remaining: number;
  /** Whether a copy has arrived. */
  confirmed: boolean;
  /** Whether the absence of a copy means something. */
  readonly telling: boolean;
  /** ms of `Clock.now()` */
  readonly until: number;
}

/** A copy that has arrived, with the data to count it. */
interface Arrival extends HeldPublication {
  readonly fingerprint: string;
  /** The number of subscriptions that certainly get a copy each, if the server sends one for each. */
  readonly sure: number;
  /** The number of subscriptions that may get one. */
  readonly possible: number;
}

/**
 * Learns which of the two the server does. A publication that arrives once proves one copy for all. Publications that
 * arrive as often as subscriptions match suggest one for each; further copies are then dropped. Until it is known, the
 * first copy is delivered at once, and later publications on its topic wait.
 */
export class AnonymousCopies {
  readonly #clock: Clock;
  readonly #give: Give;
  readonly #held = new HeldPublications<Arrival>();
  readonly #trials: CopyTrials;
  readonly #repetitions: RepetitionWatch;
  /** By fingerprint, oldest first. */
  readonly #expected = new Map<string, Expected>();
  #kind: 'unknown' | 'copy for each' | 'one for all' = 'unknown';
  #missed = 0;

  constructor(clock: Clock, give: Give) {
    this.#clock = clock;
    this.#give = give;
    this.#trials = new CopyTrials(clock, (kind) => this.#decide(kind));
    this.#repetitions = new RepetitionWatch(clock);
  }

  take(
    publication: IncomingPublication,
    subscriptions: readonly ServerSubscription[],
    receipt: SharedReceipt | undefined,
  ): void {
    const receivers = liveReceivers(subscriptions);
    const sure = subscriptions.reduce((count, { ordinary, granted }) => count + (ordinary && granted ? 1 : 0), 0);
    if (this.#kind === 'one for all') {
      if (sure > 1 && this.#repetitions.suggestsCopies(publication, sure)) this.#kind = 'copy for each';
      return this.#give(publication, receivers, receipt);
    }
    const fingerprint = publicationFingerprint(publication);
    const arrival = { publication, receivers, receipt, fingerprint, sure, possible: subscriptions.length };
    if (this.#kind === 'copy for each') this.#count(arrival);
    else this.#try(arrival);
  }

  /** The connection has ended. A waiting publication counts as a copy if everything seen so far suggests that. */
  detach(): void {
    if (this.#kind === 'unknown') this.#settle(this.#trials.likely);
    this.#trials.stop();
  }

  /** A continued session is with the same server, which may still send the expected copies. */
  attach(sessionPresent: boolean): void {
    if (sessionPresent) return;
    this.#kind = 'unknown';
    this.#missed = 0;
    this.#expected.clear();
  }

  /** Handles an arrival while the server's way is unknown. */
  #try(arrival: Arrival): void {
    const { fingerprint, sure } = arrival;
    const { topic } = arrival.publication;
    const first = !this.#trials.concerns(topic);
    if (first) this.#hand(arrival);
    else this.#held.add(arrival);
    // Subscriptions that the server may not have yet, or that get only part of the messages, prove nothing.
    if (sure > 1) this.#trials.seen(topic, fingerprint, sure);
    if (this.#held.full) this.#decide(this.#trials.likely);
  }

  #decide(kind: 'copy for each' | 'one for all'): void {
    this.#kind = kind;
    this.#missed = 0;
    this.#settle(kind);
    this.#trials.stop();
    if (kind === 'one for all') this.#expected.clear();
  }

  #settle(kind: 'copy for each' | 'one for all'): void {
    this.#held.settle((arrival) => {
      if (kind === 'copy for each') this.#count(arrival);
      else this.#give(arrival.publication, arrival.receivers, arrival.receipt);
    });
  }

  /** Delivers it, unless it is a copy of a delivered publication. */
  #count(arrival: Arrival): void {
    this.#expire();
    const expected = this.#expected.get(arrival.fingerprint);
    if (!expected) return this.#hand(arrival);
    expected.confirmed = true;
    if (--expected.remaining === 0) this.#forget(arrival.fingerprint, expected);
  }

  #hand({ publication, receivers, receipt, fingerprint, sure, possible }: Arrival): void {
    this.#give(publication, receivers, receipt);
    if (possible < 2) return;
    const until = this.#clock.now() + LIFE;
    this.#expected.set(fingerprint, { remaining: possible - 1, confirmed: false, telling: sure > 1, until });
  }

  #expire(): void {
    const now = this.#clock.now();
    for (const [fingerprint, expected] of this.#expected) {
      if (expected.until > now) return;
      this.#forget(fingerprint, expected);
    }
  }

  #forget(fingerprint: string, { confirmed, telling }: Expected): void {
    this.#expected.delete(fingerprint);
    if (!telling) return;
    this.#missed = confirmed ? 0 : this.#missed + 1;
    if (this.#missed >= ENOUGH) this.#decide('one for all');
  }
}
