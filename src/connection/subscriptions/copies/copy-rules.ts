// The rules by which servers without subscription identifiers send copies of a publication that several subscriptions
// match, and how many copies each rule brings.

import type { ServerSubscription } from '../server-subscription';

/**
 * Who gets a copy. RabbitMQ has a queue for each QoS of a client, and sends what each of them gets; version 3.10 leaves a
 * filter in the queue of its earlier QoS when it is subscribed again with another one.
 */
export const COPY_RULES = ['each subscription', 'each QoS ever granted', 'each QoS', 'all together'] as const;

export type CopyRule = (typeof COPY_RULES)[number];

/** By rule, of one publication, for the subscriptions that match it. By `all together` there is always one copy. */
interface Copies {
  readonly eachSubscription: number;
  readonly eachQoSEverGranted: number;
  readonly eachQoS: number;
}

export interface CopyCounts {
  /** For the subscriptions that certainly get it: granted ones, without no local. */
  readonly sure: Copies;
  /** For all of them. */
  readonly possible: Copies;
  /** Whether one of the copies may be at QoS 0, whatever the QoS of the publication. */
  readonly mayBeQoS0: boolean;
}

export function copyCounts(subscriptions: readonly ServerSubscription[]): CopyCounts {
  let sure = 0;
  let sureEver = 0;
  let sureNow = 0;
  let possibleEver = 0;
  let possibleNow = 0;
  for (const { ordinary, granted, levels, levelsEverGranted } of subscriptions) {
    possibleEver |= levels | levelsEverGranted;
    possibleNow |= levels;
    if (!ordinary || !granted) continue;
    sure++;
    sureEver |= levelsEverGranted;
    sureNow |= levels;
  }
  return {
    sure: copiesFor(sure, sureEver, sureNow),
    possible: copiesFor(subscriptions.length, possibleEver, possibleNow),
    mayBeQoS0: ((possibleEver | possibleNow) & 1) === 1,
  };
}

function copiesFor(subscriptions: number, ever: number, now: number): Copies {
  return { eachSubscription: subscriptions || 1, eachQoSEverGranted: levelCount(ever), eachQoS: levelCount(now) };
}

/** The number of QoS in a set of bits, at least one. */
function levelCount(levels: number): number {
  return (levels & 1) + ((levels >> 1) & 1) + ((levels >> 2) & 1) || 1;
}

function copiesBy(rule: CopyRule, copies: Copies): number {
  switch (rule) {
    case 'each subscription':
      return copies.eachSubscription;
    case 'each QoS ever granted':
      return copies.eachQoSEverGranted;
    case 'each QoS':
      return copies.eachQoS;
    case 'all together':
      return 1;
  }
}

/** The least number of copies by this rule. */
export function sureCopies(rule: CopyRule, { sure }: CopyCounts): number {
  return copiesBy(rule, sure);
}

/** The greatest number of copies by this rule. */
export function possibleCopies(rule: CopyRule, { possible }: CopyCounts): number {
  return copiesBy(rule, possible);
}

/** The number of copies on which all of `rules` agree, if they do. */
export function agreedCopies(rules: readonly CopyRule[], counts: CopyCounts): number | undefined {
  let agreed: number | undefined;
  for (const rule of rules) {
    const copies = sureCopies(rule, counts);
    if (agreed !== undefined && agreed !== copies) return undefined;
    agreed = copies;
  }
  return agreed;
}

/** The greatest number of copies by any of `rules`. */
export function mostCopies(rules: readonly CopyRule[], counts: CopyCounts): number {
  let most = 1;
  for (const rule of rules) most = Math.max(most, possibleCopies(rule, counts));
  return most;
}

/** Whether a publication may have arrived `copies` times by this rule; it may have been published more than once. */
export function explains(rule: CopyRule, copies: number, counts: CopyCounts): boolean {
  const sure = sureCopies(rule, counts);
  return copies % sure === 0 || (copies > sure && copies <= possibleCopies(rule, counts));
}
