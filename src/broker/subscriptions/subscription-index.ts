// The subscriptions of all sessions. A publication goes to each matching session once, even if several of its filters
// match (MQTT 5, section 3.3.4).

import { TopicTrie } from '../../core/topics/trie/topic-trie';
import { Copies, Copy } from '../publications/copy';
import type { Publication } from '../publications/publication';
import { ShareGroup } from './share-group';
import { lowerQoS, type Receiver, type Subscription, type SubscriptionLimits } from './subscription';

/** Several filters of one session that match the same publication. */
interface Overlap {
  qos: Subscription['qos'];
  retain: boolean;
  identifiers: number[];
}

export class SubscriptionIndex {
  readonly #trie = new TopicTrie<Subscription | ShareGroup>();
  readonly #groups = new Map<string, ShareGroup>();
  #count = 0;
  /** of all filters together */
  #characters = 0;
  /** Counts publications, so that a receiver can be marked as found for one without a Set. */
  #stamp = 0;

  get count(): number {
    return this.#count;
  }

  get sharedCount(): number {
    return this.#groups.size;
  }

  /** Whether all sessions together may have one more, to `filter`. */
  hasRoomFor(filter: string, { count, characters }: SubscriptionLimits): boolean {
    return this.#count < count && this.#characters + filter.length <= characters;
  }

  add(subscription: Subscription): void {
    const { filter } = subscription;
    this.#count++;
    this.#characters += filter.wire.length;
    if (filter.shareGroup === undefined) {
      this.#trie.add(filter, subscription);
      return;
    }
    let group = this.#groups.get(filter.wire);
    if (!group) {
      group = new ShareGroup();
      this.#groups.set(filter.wire, group);
      this.#trie.add(filter, group);
    }
    group.add(subscription);
  }

  remove(subscription: Subscription): void {
    const { filter } = subscription;
    this.#count--;
    this.#characters -= filter.wire.length;
    if (filter.shareGroup === undefined) {
      this.#trie.remove(filter, subscription);
      return;
    }
    const group = this.#groups.get(filter.wire);
    group?.remove(subscription);
    if (!group?.isEmpty) return;
    this.#groups.delete(filter.wire);
    this.#trie.remove(filter, group);
  }

  /** Gives `publication` to all matching receivers. Returns their number. */
  deliver(publication: Publication): number {
    const matches = this.#trie.match(publication.topic);
    if (matches.length === 0) return 0;
    if (matches.length === 1) return deliverOne(matches[0] as Subscription | ShareGroup, publication);
    const copies = new Copies(publication);
    const count = this.#deliverAll(matches, publication, copies);
    copies.release();
    return count;
  }

  /**
   * Gives `publication` to a member of the group with the filter `share`, because the session of the member that had it has
   * ended (MQTT 5, section 4.8.2). Nobody gets it when the group has no members.
   */
  deliverAgain(publication: Publication, share: string): void {
    const group = this.#groups.get(share);
    if (group) deliverOne(group, publication);
  }

  #deliverAll(matches: (Subscription | ShareGroup)[], publication: Publication, copies: Copies): number {
    const stamp = ++this.#stamp;
    let overlaps: Map<Receiver, Overlap> | undefined;
    let reached = 0;
    for (const match of matches) {
      // A shared subscription gets a copy of its own, which is not merged with other subscriptions of the session.
      if (match instanceof ShareGroup) continue;
      if (isWithheld(match, publication)) continue;
      const { receiver } = match;
      if (receiver.found !== stamp) receiver.found = stamp;
      else {
        overlaps ??= new Map();
        if (!overlaps.has(receiver)) overlaps.set(receiver, { qos: 0, retain: false, identifiers: [] });
      }
    }
    for (const match of matches) {
      const subscription = match instanceof ShareGroup ? match.choose(publication) : match;
      if (!subscription || isWithheld(subscription, publication)) continue;
      const overlap = match instanceof ShareGroup ? undefined : overlaps?.get(subscription.receiver);
      if (overlap) merge(overlap, subscription, publication);
      else reached += give(subscription, publication, copies);
    }
    if (!overlaps) return reached;
    for (const [receiver, { qos, retain, identifiers }] of overlaps) {
      if (!receiver.takes(qos)) continue;
      receiver.deliver(copies.of(qos, retain, identifiers), '');
      reached++;
    }
    return reached;
  }
}

/** MQTT 5, section 3.8.3.1: with No Local, a client does not get its own back. Nor what it may not read. */
function isWithheld({ noLocal, receiver, permits }: Subscription, { publisher, topic }: Publication): boolean {
  return (noLocal && publisher === receiver.clientId) || permits?.(topic) === false;
}

/** The same as for many, for a single match: no other receiver shares the copy. */
function deliverOne(match: Subscription | ShareGroup, publication: Publication): number {
  const subscription = match instanceof ShareGroup ? match.choose(publication) : match;
  if (!subscription || isWithheld(subscription, publication)) return 0;
  const { receiver, retainAsPublished, identifiers } = subscription;
  const qos = lowerQoS(publication.qos, subscription.qos);
  if (!receiver.takes(qos)) return 0;
  const copy = new Copy(publication, qos, retainAsPublished && publication.retain, identifiers);
  receiver.deliver(copy, shareOf(subscription));
  copy.release();
  return 1;
}

function give(subscription: Subscription, publication: Publication, copies: Copies): number {
  const { receiver, retainAsPublished, identifiers } = subscription;
  const qos = lowerQoS(publication.qos, subscription.qos);
  if (!receiver.takes(qos)) return 0;
  receiver.deliver(copies.of(qos, retainAsPublished && publication.retain, identifiers), shareOf(subscription));
  return 1;
}

/** The filter of the group that it belongs to; empty: none */
function shareOf({ filter }: Subscription): string {
  return filter.shareGroup === undefined ? '' : filter.wire;
}

/** The highest QoS, and all identifiers. */
function merge(overlap: Overlap, subscription: Subscription, publication: Publication): void {
  const qos = lowerQoS(publication.qos, subscription.qos);
  if (qos > overlap.qos) overlap.qos = qos;
  if (subscription.retainAsPublished && publication.retain) overlap.retain = true;
  overlap.identifiers.push(...subscription.identifiers);
}
