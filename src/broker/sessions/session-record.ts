// A session as a value of the store, without its waiting publications.

import { Buffer } from 'node:buffer';
import { isQoS } from '../../core/publications/publication';
import { parseTopicFilter, type TopicFilter } from '../../core/topics/topic-filter';
import { isRecord } from '../../core/values/plain-value';
import { decodePublication, encodePublication } from '../store/publication-entry';
import { StoreDamage } from '../store/store-damage';
import type { SubscriptionOptions } from '../subscriptions/subscription';
import type { Session } from './session';
import type { PendingWill } from './session-options';

/** The contents of a record. */
export interface SessionRecord {
  readonly clientId: string;
  readonly user: string;
  readonly expiryInterval: number;
  /** ms; undefined: it was connected when the process ended */
  readonly endedAt: number | undefined;
  readonly will: PendingWill | undefined;
  readonly subscriptions: readonly (SubscriptionOptions & { readonly filter: TopicFilter })[];
}

/** A filter and its options. The form is short, because a session may have thousands. */
type SavedSubscription = readonly [filter: string, qos: number, flags: number, identifier: number];

interface SavedWill {
  readonly due: number;
  /** base64 */
  readonly publication: string;
  readonly address: string;
  readonly local: boolean;
}

const NO_LOCAL = 1;
const AS_PUBLISHED = 2;
const VERSION = 1;

export function encodeSession(session: Session): Buffer {
  const { clientId, user, expiryInterval, endedAt, will } = session;
  const subscriptions: SavedSubscription[] = [];
  for (const { filter, qos, noLocal, retainAsPublished, identifier } of session.subscriptions.values()) {
    subscriptions.push([
      filter.wire,
      qos,
      (noLocal ? NO_LOCAL : 0) | (retainAsPublished ? AS_PUBLISHED : 0),
      identifier,
    ]);
  }
  const saved = {
    version: VERSION,
    clientId,
    user,
    expiryInterval,
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(will ? { will: savedWill(will) } : {}),
    subscriptions,
  };
  return Buffer.from(JSON.stringify(saved));
}

/** Throws StoreDamage. */
export function decodeSession(value: Buffer): SessionRecord {
  const saved = parse(value);
  const { version, clientId, user, expiryInterval, endedAt, will, subscriptions } = saved;
  if (version !== VERSION || typeof clientId !== 'string' || typeof expiryInterval !== 'number') throw damage();
  if (!Array.isArray(subscriptions)) throw damage();
  return {
    clientId,
    user: typeof user === 'string' ? user : '',
    expiryInterval,
    endedAt: typeof endedAt === 'number' ? endedAt : undefined,
    will: readWill(will),
    subscriptions: subscriptions.map(readSubscription),
  };
}

function savedWill({ due, publication, origin: { address, local } }: PendingWill): SavedWill {
  return { due, publication: encodePublication(publication).toString('base64'), address, local };
}

function readWill(saved: unknown): PendingWill | undefined {
  if (saved === undefined) return undefined;
  if (!isRecord(saved)) throw damage();
  const { due, publication, address, local } = saved;
  if (typeof due !== 'number' || typeof publication !== 'string') throw damage();
  const origin = { address: typeof address === 'string' ? address : '', local: local === true };
  return { due, publication: decodePublication(Buffer.from(publication, 'base64')), origin };
}

function readSubscription(saved: unknown): SessionRecord['subscriptions'][number] {
  if (!Array.isArray(saved)) throw damage();
  const [text, qos, flags, identifier]: unknown[] = saved;
  if (typeof text !== 'string' || !isQoS(qos) || typeof flags !== 'number' || typeof identifier !== 'number') {
    throw damage();
  }
  const parsed = parseTopicFilter(text);
  if (!parsed.ok) throw damage();
  return {
    filter: parsed.filter,
    qos,
    noLocal: (flags & NO_LOCAL) !== 0,
    retainAsPublished: (flags & AS_PUBLISHED) !== 0,
    retainHandling: 0,
    identifier,
  };
}

function parse(value: Buffer): Readonly<Record<string, unknown>> {
  try {
    const saved: unknown = JSON.parse(value.toString());
    // The caller checks its fields.
    if (isRecord(saved)) return saved;
  } catch {
    // Reported below.
  }
  throw damage();
}

function damage(): StoreDamage {
  return new StoreDamage('a session');
}
