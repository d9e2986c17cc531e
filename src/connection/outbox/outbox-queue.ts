// What an outbox needs of the place where publications wait. memory-queue.ts is one, disk-queue.ts the other.

import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { RecordedPublication } from '../../core/outbox/publication-record';
import type { Settled } from '../../core/publications/publish-options';
import type { OutboxEntry } from './outbox-entry';

export interface OutboxQueue {
  /** Takes an entry in as the youngest, and tells the owner when it has it, or why not. */
  push(entry: OutboxEntry): void;
  /** Takes out the oldest; undefined when none is at hand, which need not mean that none waits. */
  shift(): OutboxEntry | undefined;
  /** Puts entries back before all others, in their order. */
  unshift(entries: readonly OutboxEntry[]): void;
  /** When the oldest that waits was accepted, in ms since the epoch. */
  readonly oldestAt: number | undefined;
  /** Calls `kept` once what is known of the exchange of `entry` would survive the process, as far as it does here. */
  keep(entry: OutboxEntry, kept: (entry: OutboxEntry) => void): void;
  /** The session is gone, and what was known of exchanges that have not been taken out since with it. */
  forgetExchanges(): void;
  /** Forgets an entry that has been taken out and has come to its end. */
  remove(entry: OutboxEntry): void;
  /** Takes out those that have expired at `now`, as far as they are at hand, and says when the next one will. */
  sweep(now: number): { readonly expired: readonly OutboxEntry[]; readonly next: number };
  /** Takes out all, to be given back; or keeps them, and resolves when they are kept with those who wait for them. */
  close(): readonly OutboxEntry[] | Promise<readonly Settled[]>;
}

/** Told by a queue. */
export interface QueueOwner {
  /** It has the entry, in the sense that it promises. */
  accepted(entry: OutboxEntry): void;
  refused(entry: OutboxEntry, error: MqttFlowsError): void;
  /** There is something to take out again. */
  available(): void;
}

/** Told by a queue that outlives the process. */
export interface DiskQueueOwner extends QueueOwner {
  /** So much was waiting from before; the session may know these packet identifiers. */
  restored(count: number, bytes: number, identifiers: readonly number[]): void;
  /** An entry of a publication that has been read from disk. */
  revive(recorded: RecordedPublication): OutboxEntry;
  /** So much cannot be read any more; `waiters` wait for some of it. */
  vanished(count: number, bytes: number, waiters: readonly Settled[]): void;
  /** The disk does not do what it should; nobody's publication in particular. */
  failed(error: MqttFlowsError): void;
}
