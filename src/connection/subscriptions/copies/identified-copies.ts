// Publications that match several subscriptions, from a server with subscription identifiers: one copy with all
// identifiers, one copy for each, or (against MQTT 5, section 3.3.4) one copy with the identifier of one of them.

import { type IncomingPublication, withOwnBytes } from '../../../core/publications/publication';
import type { SharedReceipt } from '../../acknowledgement/shared-receipt';
import type { Clock } from '../../clock';
import { liveReceivers } from '../receivers';
import type { Interest, ServerSubscription } from '../server-subscription';
import { type Give, HeldPublications } from './held-publications';
import { publicationFingerprint } from './publication-fingerprint';

/** ms within which a second copy of a publication arrives, if there is one */
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
 * publication proves the former, its absence the latter. Until then, subscribers with the identifier get a copy at once
 * and the others wait.
 */
export class IdentifiedCopies {
  readonly #clock: Clock;
  readonly #give: Give;
  readonly #held = new HeldPublications();
  /** By fingerprint: recent publications, as long as the subscriptions do not change. */
  readonly #seen = new Map<string, Seen>();
  #latest: Seen | undefined;
  #inARow = 0;
  #kind: 'unknown' | 'copy for each' | 'one for all' = 'unknown';
  #stopWaiting: (() => void) | undefined;

  constructor(clock: Clock, give: Give) {
    this.#clock = clock;
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
    if (settled && this.#kind !== 'copy for each') this.#compare(publication, identifiers[0] ?? 0);
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
      this.#hold(
        publication,
        receivers.filter((receiver) => receiver.subscription !== source && isSentAll(receiver)),
        receipt,
      );
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

  #compare(publication: IncomingPublication, identifier: number): void {
    const fingerprint = publicationFingerprint(publication);
    const at = this.#clock.now();
    const seen = this.#seen.get(fingerprint);
    if (seen && at - seen.at < WINDOW) {
      if (seen.identifier === identifier || seen.repeated) return;
      seen.repeated = true;
      if (this.#kind === 'unknown' || ++this.#inARow >= ENOUGH) this.#decide('copy for each');
      return;
    }
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
    else this.#stopWaiting ??= this.#clock.after(WINDOW, () => this.#decide('one for all'));
  }

  #decide(kind: 'copy for each' | 'one for all'): void {
    this.#kind = kind;
    this.#inARow = 0;
    this.#settle(kind);
  }

  #settle(kind: 'copy for each' | 'one for all'): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    if (this.#held.empty) return;
    this.#held.settle(({ publication, receivers, receipt }) => {
      if (kind === 'one for all') this.#give(publication, receivers, receipt);
    });
  }
}

function isSentAll({ subscription }: Interest): boolean {
  return subscription.ordinary && subscription.granted;
}
