// The publications in flight, in the order of sending. outbox-sender.ts knows what they wait for.

import type { OutboxEntry } from './outbox-entry';

/**
 * A linked list through the entries. A Set would leave garbage: V8 copies it into a new table after a number of
 * changes, and once a table is in old memory, its copies are too. The entries of a dead table then stay alive, with
 * their messages and everything that flows attach to them, until a full collection.
 */
export class InFlight {
  #first: OutboxEntry | undefined;
  #last: OutboxEntry | undefined;
  #size = 0;
  #exchanges = 0;

  get size(): number {
    return this.#size;
  }

  /** The number at QoS 2. Each is an exchange that the server keeps until PUBREL (MQTT 5, section 4.3.3). */
  get exchanges(): number {
    return this.#exchanges;
  }

  /** The oldest entry in flight. */
  get first(): OutboxEntry | undefined {
    return this.#first;
  }

  /** Adds an entry that is not in flight. */
  add(entry: OutboxEntry): void {
    entry.link(this.#last);
    this.#first ??= entry;
    this.#last = entry;
    this.#size++;
    if (entry.publication.qos === 2) this.#exchanges++;
  }

  /** Removes an entry. False when it was not in flight. */
  delete(entry: OutboxEntry): boolean {
    if (!entry.underWay) return false;
    if (entry === this.#first) this.#first = entry.after;
    if (entry === this.#last) this.#last = entry.before;
    entry.unlink();
    this.#size--;
    if (entry.publication.qos === 2) this.#exchanges--;
    return true;
  }

  /** Removes and returns all entries. */
  drain(): OutboxEntry[] {
    const entries = [...this];
    for (const entry of entries) this.delete(entry);
    return entries;
  }

  *[Symbol.iterator](): Generator<OutboxEntry> {
    for (let entry = this.#first; entry; entry = entry.after) yield entry;
  }
}
