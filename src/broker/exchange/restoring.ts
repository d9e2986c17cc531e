// Restores the state that an earlier process has left in the store.

import { Copy } from '../publications/copy';
import type { Publication } from '../publications/publication';
import type { RetainedMessages } from '../retained/retained-messages';
import type { Session } from '../sessions/session';
import { decodeSession } from '../sessions/session-record';
import type { SessionRegistry } from '../sessions/session-registry';
import type { BrokerStore } from '../store/broker-store';
import type { Journal } from '../store/journal';
import { decodePublication } from '../store/publication-entry';
import { decodeQueueRecord } from '../store/queue-entry';
import { StoreDamage } from '../store/store-damage';
import { Keys, numbersOf, partsOf } from '../store/store-keys';
import type { StoredPublications } from '../store/stored-publications';

/** The decoded contents of the store, before they are checked and used. */
interface Contents {
  readonly retained: Publication[];
  readonly publications: Map<number, Publication>;
  readonly sessions: Map<number, Buffer>;
  readonly queued: { readonly session: number; readonly sequence: number; readonly value: Buffer }[];
  readonly incoming: { readonly session: number; readonly packetIdentifier: number }[];
}

export interface RestoreTarget {
  readonly retained: RetainedMessages;
  readonly registry: SessionRegistry;
  readonly publications: StoredPublications;
  readonly journal: Journal;
  readonly now: number;
}

/** Restores into `target`. If it throws StoreDamage, or an error of the store, `target` is unchanged. */
export async function restore(store: BrokerStore, target: RestoreTarget): Promise<void> {
  const contents = await readAll(store);
  // All entries are decoded first, because half of a store must not be restored.
  const sessions = [...contents.sessions].map(([number, value]) => ({ number, record: decodeSession(value) }));
  const queued = contents.queued.map((entry) => ({ ...entry, record: decodeQueueRecord(entry.value) }));
  for (const { record } of queued) {
    if (!contents.publications.has(record.publication)) throw new StoreDamage('a queue without its publication');
  }
  const { retained, registry, publications, journal, now } = target;
  for (const publication of contents.retained) retained.set(publication);
  const restored = new Map<number, Session>();
  for (const { number, record } of sessions) restored.set(number, registry.restore(number, record, now));
  for (const { session: number, sequence, record } of queued) {
    const session = restored.get(number);
    const publication = contents.publications.get(record.publication);
    // The session has ended, but the process ended before all its entries were deleted.
    if (!session || !publication) {
      journal.remove(Keys.queued(number, sequence));
      continue;
    }
    publication.storeNumber = record.publication;
    publication.storeUses++;
    const { packetIdentifier, released } = record;
    const copy = new Copy(publication, record.qos, record.retain, record.identifiers);
    session.restore({ copy, sequence, timesKept: 2, packetIdentifier, released, counted: false });
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

async function readAll(store: BrokerStore): Promise<Contents> {
  const contents: Contents = {
    retained: [],
    publications: new Map(),
    sessions: new Map(),
    queued: [],
    incoming: [],
  };
  for await (const [key, value] of store.entries()) take(contents, key, value);
  return contents;
}

function take(contents: Contents, key: string, value: Buffer): void {
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
      contents.sessions.set(Number(rest), value);
      return;
    case 'q':
      contents.queued.push({ session: first, sequence: second, value });
      return;
    case 'i':
      contents.incoming.push({ session: first, packetIdentifier: second });
      return;
    default:
      throw new StoreDamage(`"${kind}"`);
  }
}
