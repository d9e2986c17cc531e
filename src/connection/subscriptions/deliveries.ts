// Delivers each publication to each of its subscribers, as if that subscriber were alone on the connection.

import { asError } from '../../core/errors/thrown-value';
import { type IncomingPublication, withOwnBytes } from '../../core/publications/publication';
import { wantsStored } from '../../core/subscriptions/subscription-options';
import { TopicTrie } from '../../core/topics/trie/topic-trie';
import type { Receipt, ServerInfo, Transport } from '../../transport/transport';
import { SharedReceipt } from '../acknowledgement/shared-receipt';
import type { Clock } from '../clock';
import type { Report } from '../report';
import type { RoundTrips } from '../round-trips';
import { AnonymousCopies } from './copies/anonymous-copies';
import { IdentifiedCopies } from './copies/identified-copies';
import { receiversThat } from './receivers';
import type { RetainedReplays } from './retained-replays';
import type { Interest, ServerSubscription } from './server-subscription';

/** Publications of QoS 0 that may wait for the end of a deploy. */
const MOST_WAITING = 1000;

export class Deliveries {
  readonly #report: Report;
  readonly #roundTrips: RoundTrips;
  readonly #replays: RetainedReplays;
  readonly #trie = new TopicTrie<ServerSubscription>();
  readonly #identified: IdentifiedCopies;
  readonly #anonymous: AnonymousCopies;
  #mqtt5 = true;
  #pause: 'deploy' | 'end' | undefined;
  readonly #waiting: [IncomingPublication, Receipt | undefined][] = [];

  constructor(clock: Clock, report: Report, roundTrips: RoundTrips, replays: RetainedReplays) {
    this.#report = report;
    this.#roundTrips = roundTrips;
    this.#replays = replays;
    const give = this.#give.bind(this);
    this.#identified = new IdentifiedCopies(clock, roundTrips, give);
    this.#anonymous = new AnonymousCopies(clock, roundTrips, give);
  }

  add(subscription: ServerSubscription): void {
    this.#trie.add(subscription.topicFilter, subscription);
    this.#identified.changed();
  }

  remove(subscription: ServerSubscription): void {
    this.#trie.remove(subscription.topicFilter, subscription);
    this.#identified.changed();
  }

  /** The server has answered a SUBSCRIBE. */
  changed(): void {
    this.#identified.changed();
  }

  attach(transport: Transport, { protocolVersion, sessionPresent }: ServerInfo): void {
    this.#roundTrips.attach(transport);
    this.#mqtt5 = protocolVersion === 5;
    this.#identified.attach(sessionPresent);
    this.#anonymous.attach(sessionPresent);
  }

  /** The connection has ended. What waits is left to the server, which sends it again. */
  detach(): void {
    // A receipt that nobody settles would hold up all later PUBRECs of the session.
    for (const [, receipt] of this.#waiting.splice(0)) receipt?.abandon();
    this.#identified.detach();
    this.#anonymous.detach();
    this.#roundTrips.detach();
  }

  /**
   * Until resume(), a publication for a subscriber that has left waits for the next one, since a deploy replaces nodes. With
   * `forGood` the flows end: nothing is delivered any more, and the session keeps what is not acknowledged.
   */
  pause(forGood: boolean): void {
    this.#pause = forGood ? 'end' : 'deploy';
  }

  resume(): void {
    this.#pause = undefined;
    for (const [publication, receipt] of this.#waiting.splice(0)) this.deliver(publication, receipt);
  }

  /** Acknowledges the publication unless a subscriber holds the receipt. */
  deliver(publication: IncomingPublication, receipt?: Receipt): void {
    if (this.#pause === 'end') return receipt?.abandon();
    if (this.#pause === 'deploy' && this.#waits(publication, receipt)) return;
    if (!receipt) return this.#share(publication, undefined);
    const shared = new SharedReceipt(receipt);
    this.#share(publication, shared);
    shared.delivered();
  }

  /** Whether nothing is delivered at present: a deploy is under way, or the flows end. */
  get paused(): boolean {
    return this.#pause !== undefined;
  }

  /**
   * Delivers a publication of a replay, which no server has sent, to those who take such: as a server would, `stored` as
   * a retained message in answer to a subscription. Returns how many get it. `receipt` settles once all have.
   */
  replay(publication: IncomingPublication, stored: boolean, receipt: Receipt): number {
    const receivers = receiversThat(this.#trie.match(publication.topic), ({ subscriber, options }) => {
      if (!subscriber.takesReplays) return false;
      return stored ? wantsStored(options) : options.retained !== 'only';
    });
    const shared = new SharedReceipt(receipt, true);
    if (stored) this.#each(publication, receivers, shared, true);
    else this.#give(publication, receivers, shared);
    shared.delivered();
    return receivers.length;
  }

  /** Unacknowledged publications are bounded by the transport, which stops to read. */
  #waits(publication: IncomingPublication, receipt: Receipt | undefined): boolean {
    const left = this.#trie.match(publication.topic).some(({ interests }) => interests.size === 0);
    if (!left || (!receipt && this.#waiting.length >= MOST_WAITING)) return false;
    this.#waiting.push([publication, receipt]);
    return true;
  }

  #share(publication: IncomingPublication, receipt: SharedReceipt | undefined): void {
    const subscriptions = this.#trie.match(publication.topic);
    const only = subscriptions[0];
    if (!only) return;
    if (publication.retain && this.#stored(publication, subscriptions, receipt)) return;
    const { subscriptionIdentifiers: identifiers } = publication;
    const whole = identifiers.length === 0 ? !only.mayBeCopied : identifiers.includes(only.identifier);
    if (subscriptions.length === 1 && whole) {
      this.#give(publication, only.live, receipt);
    } else if (identifiers.length > 0) this.#identified.take(publication, subscriptions, receipt);
    else this.#anonymous.take(publication, subscriptions, receipt);
  }

  /** Delivers a retained message; false when the publication is live. */
  #stored(
    publication: IncomingPublication,
    subscriptions: readonly ServerSubscription[],
    receipt: SharedReceipt | undefined,
  ): boolean {
    const { subscriptionIdentifiers: identifiers } = publication;
    const identified =
      identifiers.length === 0
        ? []
        : subscriptions.filter((subscription) => identifiers.includes(subscription.identifier));
    const replayed = this.#replays.receivers(publication, subscriptions, identified, this.#mqtt5);
    if (replayed) {
      this.#each(publication, replayed, receipt, true);
      return true;
    }
    // With MQTT 5, only a live publication explains the flag.
    if (this.#mqtt5) return false;
    // A late retained message, or one of a server that sets the flag wrongly: rather deliver it twice than never.
    this.#each(
      publication,
      receiversThat(subscriptions, ({ options }) => options.retained !== 'ignore'),
      receipt,
      true,
    );
    return true;
  }

  /** Delivers live messages. */
  #give(publication: IncomingPublication, receivers: readonly Interest[], receipt: SharedReceipt | undefined): void {
    if (!publication.retain) return this.#each(publication, receivers, receipt);
    // Only subscribers with retain as published get the flag.
    const asPublished = receivers.filter(({ options }) => options.retainAsPublished);
    this.#each(publication, asPublished, receipt);
    if (asPublished.length === receivers.length) return;
    const others = receivers.filter(({ options }) => !options.retainAsPublished);
    this.#each(withOwnBytes({ ...publication, retain: false }), others, receipt);
  }

  #each(
    publication: IncomingPublication,
    receivers: readonly Interest[],
    receipt: SharedReceipt | undefined,
    replayed = false,
  ): void {
    let own = publication;
    let last: Interest | undefined;
    for (const interest of receivers) {
      // Flows may change their messages, so each further subscriber gets a copy.
      if (last) own = withOwnBytes(publication);
      last = interest;
      this.#hand(own, interest, receipt, replayed);
    }
  }

  #hand(
    publication: IncomingPublication,
    interest: Interest,
    receipt: SharedReceipt | undefined,
    replayed: boolean,
  ): void {
    const { subscriber, options } = interest;
    // The subscriber may have been removed while the publication was held, or during another delivery.
    if (interest.gone) return;
    const qos = publication.qos < options.qos ? publication.qos : options.qos;
    try {
      if (subscriber.window) subscriber.window.take({ publication, filter: options.filter, qos }, receipt);
      else subscriber.deliver(publication, options.filter, qos, replayed);
    } catch (error) {
      this.#report(asError(error));
    }
  }
}
