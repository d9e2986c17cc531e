// The queue in which publications wait. memory-queue.ts and disk-queue.ts implement it.

import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { RecordedPublication } from '../../core/outbox/publication-record';
import type { Settled } from '../../core/publications/publish-options';
import type { OutboxEntry } from './outbox-entry';

export interface OutboxQueue {
  /** Appends an entry, and tells the owner when it is stored, or why not. */
  push(entry: OutboxEntry): void;
  /** Removes the oldest entry; undefined when none is in memory, although some may wait on disk. */
  shift(): OutboxEntry | undefined;
  /** Puts entries back before all others, in order. */
  unshift(entries: readonly OutboxEntry[]): void;
  /** When the oldest waiting entry was accepted, in ms of `Clock.now()`. */
  readonly oldestAt: number | undefined;
  /** Calls `kept` once the exchange of `entry` is stored as safely as this queue can. */
  keep(entry: OutboxEntry, kept: (entry: OutboxEntry) => void): void;
  /** The session has ended, and with it the exchanges of entries that have not been taken out since. */
  forgetExchanges(): void;
  /** Forgets an entry that was taken out and is settled. */
  remove(entry: OutboxEntry): void;
  /** The same, but remembers its exchange. Calls `stored` once both are stored as safely as this queue can. */
  giveUp(entry: OutboxEntry, stored: (entry: OutboxEntry) => void): void;
  /** The exchange of an entry that was given up has ended. */
  exchangeEnded(packetIdentifier: number): void;
  /** Removes the entries in memory that have expired at `now`, and says when the next one expires. */
  sweep(now: number): { readonly expired: readonly OutboxEntry[]; readonly next: number };
  /** Removes all entries, to be given back. Or keeps them, and resolves with their callbacks once they are stored. */
  close(): readonly OutboxEntry[] | Promise<readonly Settled[]>;
}

/** Told by a queue. */
export interface QueueOwner {
  /** The entry is stored. */
  accepted(entry: OutboxEntry): void;
  refused(entry: OutboxEntry, error: MqttFlowsError): void;
  /** Entries can be taken out again. */
  available(): void;
}

/** The packet identifiers of an earlier process that the session may know. */
export interface RestoredIdentifiers {
  /** Those of publications that wait. */
  readonly waiting: readonly number[];
  readonly givenUp: readonly number[];
}

/** Told by a queue that outlives the process. */
export interface DiskQueueOwner extends QueueOwner {
  /** This much was waiting from an earlier process. */
  restored(count: number, bytes: number, identifiers: RestoredIdentifiers): void;
  /** An entry of a publication that has been read from disk. */
  revive(recorded: RecordedPublication): OutboxEntry;
  /** This much can no longer be read. `waiters` are the callbacks for some of it. */
  vanished(count: number, bytes: number, waiters: readonly Settled[]): void;
  /** The disk has failed. No particular publication is concerned. */
  failed(error: MqttFlowsError): void;
}
