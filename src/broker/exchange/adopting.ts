// Adds what an earlier process has left in the store to a broker that had to begin without the store.

import { Copy } from '../publications/copy';
import type { RetainedMessages } from '../retained/retained-messages';
import { type Delivery, newDelivery } from '../sessions/delivery';
import type { Session } from '../sessions/session';
import type { SessionRegistry } from '../sessions/session-registry';
import type { Exchange } from './exchange';
import type { StoreContents } from './restoring';

export interface AdoptingTarget {
  readonly retained: RetainedMessages;
  readonly registry: SessionRegistry;
  readonly exchange: Exchange;
  /** ms */
  readonly now: number;
}

/**
 * What the broker has learnt meanwhile is newer: it keeps its retained messages and sessions. Retained messages of other
 * topics, and sessions of other clients, are as before. A client that has come back meanwhile gets what waited for it, as
 * new publications, behind those that it has.
 */
export function adopt(contents: StoreContents, { retained, registry, exchange, now }: AdoptingTarget): void {
  const topics = new Set(retained.all().map(({ topic }) => topic));
  for (const publication of contents.retained) {
    if (!topics.has(publication.topic) && !publication.isExpired(now)) exchange.publish(publication, false);
  }
  /** By the number in the store; `back` when the client has a newer session. */
  const sessions = new Map<number, { readonly session: Session; readonly back: boolean }>();
  for (const [number, record] of contents.sessions) {
    const newer = registry.get(record.clientId);
    // Another user has taken the identifier: it must not get what was meant for the first.
    if (newer && newer.user !== record.user) continue;
    sessions.set(number, { session: newer ?? registry.adopt(record, now), back: newer !== undefined });
  }
  for (const { session: number, record } of contents.queued) {
    const found = sessions.get(number);
    const publication = contents.publications.get(record.publication);
    if (!found || !publication) continue;
    const { qos, retain, identifiers, share, packetIdentifier, released } = record;
    const copy = new Copy(publication, qos, retain, identifiers);
    const { session, back } = found;
    if (!back) takeOver(session, { ...newDelivery(copy, share, 0), packetIdentifier, released });
    // One that was received is complete, since the session with its PUBREL is gone.
    else if (!released && !publication.isExpired(now)) session.deliver(copy, share);
  }
  for (const { session: number, packetIdentifier } of contents.incoming) {
    const found = sessions.get(number);
    if (!found || found.back) continue;
    found.session.incoming.add(packetIdentifier);
    found.session.store?.incoming(packetIdentifier);
  }
}

/** Gives an entry of another store a place in the store of `session`. */
function takeOver(session: Session, delivery: Delivery): void {
  const own = { ...delivery, sequence: session.store?.queue(delivery.copy) ?? 0 };
  session.store?.set(own);
  session.restore(own);
}
