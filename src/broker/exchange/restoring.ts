// Restores the state that an earlier process has left in the store.

import type { BrokerListener } from '../clients/broker-listener';
import { Copy } from '../publications/copy';
import type { Publication } from '../publications/publication';
import type { RetainedMessages } from '../retained/retained-messages';
import type { Session } from '../sessions/session';
import { decodeSession, type SessionRecord } from '../sessions/session-record';
import type { SessionRegistry } from '../sessions/session-registry';
import type { BrokerStore } from '../store/broker-store';
import type { Journal } from '../store/journal';
import { decodePublication } from '../store/publication-entry';
import { decodeQueueRecord, type QueueRecord } from '../store/queue-entry';
import { decodeClockSet } from '../store/store-clock';
import { StoreDamage } from '../store/store-damage';
import { Keys, numbersOf, partsOf } from '../store/store-keys';
import type { StoredPublications } from '../store/stored-publications';

/** The decoded contents of the store. */
export interface StoreContents {
  readonly retained: readonly Publication[];
  /** By number. */
  readonly publications: ReadonlyMap<number, Publication>;
  readonly sessions: ReadonlyMap<number, SessionRecord>;
  /** Sorted by session and sequence. */
  readonly queued: readonly QueuedEntry[];
  readonly incoming: readonly { readonly session: number; readonly packetIdentifier: number }[];
  /** By how many ms the clock of the machine was set while the store was open. */
  readonly clockSet: number;
}

/** The contents while they are read. */
interface Gathered extends StoreContents {
  readonly retained: Publication[];
  readonly publications: Map<number, Publication>;
  readonly sessions: Map<number, SessionRecord>;
  readonly queued: QueuedEntry[];
  readonly incoming: { readonly session: number; readonly packetIdentifier: number }[];
  clockSet: number;
}

interface QueuedEntry {
  readonly session: number;
  readonly sequence: number;
  readonly record: QueueRecord;
}

export interface RestoreTarget {
  readonly retained: RetainedMessages;
  readonly registry: SessionRegistry;
  readonly publications: StoredPublications;
  readonly journal: Journal;
  readonly now: number;
}

/**
 * Opens `store` and reads it. Sets a damaged store aside as a whole, because half of a store must not be restored. Returns
 * undefined when the store cannot be used. `listener` is told of both.
 */
export async function openStore(store: BrokerStore, listener: BrokerListener): Promise<StoreContents | undefined> {
  try {
    const { aside } = await store.open();
    if (aside) listener.putAside(aside);
    try {
      return await readAll(store);
    } catch (error) {
      if (!(error instanceof StoreDamage)) throw error;
      listener.putAside(await store.putAside());
      return await readAll(store);
    }
  } catch (error) {
    listener.storeUnusable(error);
    await store.close();
    return undefined;
  }
}

/** Restores `contents` into `target`. */
export function restore(contents: StoreContents, target: RestoreTarget): void {
  const { retained, registry, publications, journal, now } = target;
  for (const publication of contents.retained) retained.set(publication);
  const restored = new Map<number, Session>();
  for (const [number, record] of contents.sessions) restored.set(number, registry.restore(number, record, now));
  for (const { session: number, sequence, record } of contents.queued) {
    const session = restored.get(number);
    const publication = contents.publications.get(record.publication);
    // The session has ended, but the process ended before all its entries were deleted.
    if (!session || !publication) {
      journal.remove(Keys.queued(number, sequence));
      continue;
    }
    publication.storeNumber = record.publication;
    publication.storeUses++;
    const { share, packetIdentifier, released } = record;
    const copy = new Copy(publication, record.qos, record.retain, record.identifiers);
    session.restore({ copy, share, sequence, kept: true, packetIdentifier, released, counted: false });
  }
  for (const { session, packetIdentifier } of contents.incoming) {
    if (restored.has(session)) restored.get(session)?.incoming.add(packetIdentifier);
    else journal.remove(Keys.incoming(session, packetIdentifier));
  }
  for (const [number, publication] of contents.publications) {
    publications.restored(number);
    if (publication.storeUses === 0) journal.remove(Keys.publication(number));
  }
}

async function readAll(store: BrokerStore): Promise<StoreContents> {
  const contents: Gathered = {
    retained: [],
    publications: new Map(),
    sessions: new Map(),
    queued: [],
    incoming: [],
    clockSet: 0,
  };
  for await (const [key, value] of store.entries()) take(contents, key, value);
  for (const { record } of contents.queued) {
    if (!contents.publications.has(record.publication)) throw new StoreDamage('a queue without its publication');
  }
  return contents;
}

function take(contents: Gathered, key: string, value: Buffer): void {
  const { kind, rest } = partsOf(key);
  const [first, second] = numbersOf(rest);
  switch (kind) {
    case 'r':
      contents.retained.push(decodePublication(value));
      return;
    case 'm':
      contents.publications.set(Number(rest), decodePublication(value));
      return;
    case 's':
      contents.sessions.set(Number(rest), decodeSession(value));
      return;
    case 'q':
      contents.queued.push({ session: first, sequence: second, record: decodeQueueRecord(value) });
      return;
    case 'i':
      contents.incoming.push({ session: first, packetIdentifier: second });
      return;
    case 't':
      contents.clockSet = decodeClockSet(value);
      return;
    default:
      throw new StoreDamage(`"${kind}"`);
  }
}
