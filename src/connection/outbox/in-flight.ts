// The publications that are on their way, in the order of sending. What they wait for is outbox-sender's.

import type { OutboxEntry } from './outbox-entry';

/**
 * A list that the entries link themselves. A Set would do, but for its garbage: V8 copies one anew after so many changes,
 * and once it is old, its copies are old, too. What stood in a dead copy then lives, with its message and whatever flows
 * have put there, until memory is collected as a whole.
 */
export class InFlight {
  #first: OutboxEntry | undefined;
  #last: OutboxEntry | undefined;
  #size = 0;
  #exchanges = 0;

  get size(): number {
    return this.#size;
  }

  /** How many of them are at QoS 2: each is an exchange that the server keeps until PUBREL (MQTT 5, section 4.3.3). */
  get exchanges(): number {
    return this.#exchanges;
  }

  /** The one that has been on its way for the longest. */
  get first(): OutboxEntry | undefined {
    return this.#first;
  }

  /** Adds an entry that is not on its way. */
  add(entry: OutboxEntry): void {
    entry.underWay = true;
    entry.before = this.#last;
    if (this.#last) this.#last.after = entry;
    else this.#first = entry;
    this.#last = entry;
    this.#size++;
    if (entry.publication.qos === 2) this.#exchanges++;
  }

  /** False when it was not on its way. */
  delete(entry: OutboxEntry): boolean {
    if (!entry.underWay) return false;
    const { before, after } = entry;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    entry.underWay = false;
    entry.before = undefined;
    entry.after = undefined;
    this.#size--;
    if (entry.publication.qos === 2) this.#exchanges--;
    return true;
  }

  /** Takes all of them. */
  drain(): OutboxEntry[] {
    const entries = [...this];
    for (const entry of entries) this.delete(entry);
    return entries;
  }

  *[Symbol.iterator](): Generator<OutboxEntry> {
    for (let entry = this.#first; entry; entry = entry.after) yield entry;
  }
}
