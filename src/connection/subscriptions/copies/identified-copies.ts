// Publications that match several subscriptions, from a server with subscription identifiers: one copy with all
// identifiers, one copy for each, or (against MQTT 5, section 3.3.4) one copy with the identifier of one of them.

import { type IncomingPublication, withOwnBytes } from '../../../core/publications/publication';
import type { SharedReceipt } from '../../acknowledgement/shared-receipt';
import { type Clock, Timer } from '../../clock';
import type { RoundTrips } from '../../round-trips';
import { liveReceivers } from '../receivers';
import type { Interest, ServerSubscription } from '../server-subscription';
import { type Give, HeldPublications } from './held-publications';
import { publicationFingerprint } from './publication-fingerprint';

/** ms after which it is asked whether a second copy of a publication is still on its way: copies follow each other */
const WINDOW = 250;
/** The most publications whose identifiers are remembered. */
const MOST_SEEN = 1000;

/**
 * The number of different publications in a row with a second identifier, after which a server no longer counts as
 * merging. A single one may have been published twice, by a server whose merged copies carry any one of the
 * identifiers.
 */
const ENOUGH = 3;

interface Seen {
  readonly identifier: number;
  /** Whether a second identifier has arrived. */
  repeated: boolean;
  /** ms of `Clock.now()` */
  readonly at: number;
}

/**
 * Learns whether a copy is for its identifiers only, or for all subscriptions: a second identifier for the same
 * publication proves the former, its absence the latter, once a round trip to the server shows that nothing is on its way.
 * Until then, subscribers with the identifier get a copy at once and the others wait.
 */
export class IdentifiedCopies {
  readonly #clock: Clock;
  readonly #roundTrips: RoundTrips;
  readonly #give: Give;
  readonly #held = new HeldPublications();
  /** By fingerprint: recent publications, as long as the subscriptions do not change. */
  readonly #seen = new Map<string, Seen>();
  #latest: Seen | undefined;
  #inARow = 0;
  #kind: 'unknown' | 'copy for each' | 'one for all' = 'unknown';
  /** The publication that shows what the server does, while it is waited for its second copy. */
  #trial:
    | { readonly began: number; readonly settled: boolean; readonly mayWait: boolean; followed: boolean }
    | undefined;
  readonly #timer: Timer;
  #cancelTrip: () => void = () => {};

  constructor(clock: Clock, roundTrips: RoundTrips, give: Give) {
    this.#clock = clock;
    this.#roundTrips = roundTrips;
    this.#timer = new Timer(clock);
    this.#give = give;
  }

  /** Delivers a publication with at least one identifier. */
  take(
    publication: IncomingPublication,
    subscriptions: readonly ServerSubscription[],
    receipt: SharedReceipt | undefined,
  ): void {
    const { subscriptionIdentifiers: identifiers } = publication;
    if (identifiers.length > 1) {
      this.#decide('copy for each');
      // Each subscriber has one filter of all that match: with a copy for each QoS, another copy may have its other filter.
      const named = liveReceivers(subscriptions).filter(({ subscription }) =>
        identifiers.includes(subscription.identifier),
      );
      return this.#give(publication, named, receipt);
    }
    const source = subscriptions.find(({ identifier }) => identifier === identifiers[0]);
    // While a SUBSCRIBE is unanswered, the identifier of a merged copy may change.
    const settled = source?.ordinary !== false && subscriptions.every(({ granted }) => granted);
    const at = this.#kind === 'copy for each' ? 0 : this.#clock.now();
    if (settled && this.#kind !== 'copy for each') this.#compare(publication, identifiers[0] ?? 0, at);
    const receivers = liveReceivers(subscriptions);
    if (this.#kind === 'one for all' && !source?.shared) {
      return this.#give(
        publication,
        receivers.filter(({ subscription }) => !subscription.shared),
        receipt,
      );
    }
    const named = receivers.filter(({ subscription }) => subscription === source);
    this.#give(publication, named, receipt);
    if (this.#kind === 'unknown' && source?.ordinary !== false) {
      const others = receivers.filter(({ subscription }) => subscription !== source && isSentAll(subscription));
      const mayWait = publication.qos > 0 || subscriptions.some(({ levels }) => (levels & 1) === 1);
      // Also if nobody waits: a second copy must not count as another publication.
      const several = others.length > 0 || subscriptions.filter(isSentAll).length > 1;
      if (!this.#trial && several) this.#begin(settled, mayWait, at);
      this.#hold(publication, others, receipt);
    }
  }

  /** The subscriptions have changed, and with them perhaps the identifier of a merged copy. */
  changed(): void {
    this.#seen.clear();
  }

  /** The connection has ended. No further copy of a waiting publication will arrive. */
  detach(): void {
    this.#settle('one for all');
  }

  /** A continued session is with the same server. */
  attach(sessionPresent: boolean): void {
    if (!sessionPresent) this.#kind = 'unknown';
    this.#seen.clear();
  }

  #compare(publication: IncomingPublication, identifier: number, at: number): void {
    const fingerprint = publicationFingerprint(publication);
    const seen = this.#seen.get(fingerprint);
    if (seen && (at - seen.at < WINDOW || (this.#trial && seen.at >= this.#trial.began))) {
      if (seen.identifier === identifier || seen.repeated) return;
      seen.repeated = true;
      if (this.#kind === 'unknown' || ++this.#inARow >= ENOUGH) this.#decide('copy for each');
      return;
    }
    // It has waited behind whatever the server has sent before, further copies included.
    if (this.#trial && publication.qos > 0) this.#trial.followed = true;
    if (this.#latest && !this.#latest.repeated && at - this.#latest.at >= WINDOW) this.#inARow = 0;
    if (this.#seen.size >= MOST_SEEN) this.#seen.clear();
    this.#latest = { identifier, repeated: false, at };
    this.#seen.set(fingerprint, this.#latest);
  }

  #hold(publication: IncomingPublication, receivers: readonly Interest[], receipt: SharedReceipt | undefined): void {
    if (receivers.length === 0) return;
    // Subscribers that have it already may change its bytes.
    this.#held.add({ publication: withOwnBytes(publication), receivers, receipt });
    if (this.#held.full) this.#decide('one for all');
  }

  /** `at` is when the publication has arrived. Read once: the clock goes on while it is handled. */
  #begin(settled: boolean, mayWait: boolean, at: number): void {
    this.#trial = { began: at, settled, mayWait, followed: false };
    this.#timer.start(WINDOW, () => this.#ask(false));
  }

  /** Asks whether all copies have arrived. They may wait at the server while what has come is not acknowledged. */
  #ask(again: boolean): void {
    this.#cancelTrip = this.#roundTrips.begin((free) => {
      const trial = this.#trial;
      if (!trial) return;
      if (trial.settled && (free || !trial.mayWait || trial.followed)) return this.#decide('one for all');
      // Rather twice than never: the receipts of what is held here are let go, and so the server goes on.
      this.#giveHeld('one for all');
      if (!again) return this.#ask(true);
      this.#trial = undefined;
    });
  }

  #decide(kind: 'copy for each' | 'one for all'): void {
    this.#kind = kind;
    this.#inARow = 0;
    this.#settle(kind);
  }

  #settle(kind: 'copy for each' | 'one for all'): void {
    this.#timer.stop();
    this.#cancelTrip();
    this.#trial = undefined;
    this.#giveHeld(kind);
  }

  #giveHeld(kind: 'copy for each' | 'one for all'): void {
    if (this.#held.empty) return;
    this.#held.settle(({ publication, receivers, receipt }) => {
      if (kind === 'one for all') this.#give(publication, receivers, receipt);
    });
  }
}

function isSentAll({ ordinary, granted }: ServerSubscription): boolean {
  return ordinary && granted;
}
