// The stored part of a session. There is none when the session ends with its connection.

import { Buffer } from 'node:buffer';
import type { Copy } from '../publications/copy';
import type { Journal } from '../store/journal';
import { encodeQueueRecord } from '../store/queue-entry';
import { Keys } from '../store/store-keys';
import type { StoredPublications } from '../store/stored-publications';
import type { Delivery } from './delivery';

export class SessionStore {
  readonly #session: number;
  readonly #journal: Journal;
  readonly #publications: StoredPublications;
  #sequence = 0;

  constructor(session: number, journal: Journal, publications: StoredPublications) {
    this.#session = session;
    this.#journal = journal;
    this.#publications = publications;
  }

  /** Stores a publication that waits for the session. Returns its position in the queue. */
  queue(copy: Copy): number {
    this.#publications.keep(copy.publication);
    return ++this.#sequence;
  }

  /** Stores the progress of `delivery`. */
  set(delivery: Delivery): void {
    const { copy, sequence } = delivery;
    delivery.timesKept++;
    this.#journal.set(Keys.queued(this.#session, sequence), () =>
      encodeQueueRecord({
        publication: copy.publication.storeNumber,
        qos: copy.qos,
        retain: copy.retain,
        identifiers: copy.identifiers,
        packetIdentifier: delivery.packetIdentifier,
        released: delivery.released,
      }),
    );
  }

  forget({ copy, sequence, timesKept }: Delivery): void {
    this.#journal.remove(Keys.queued(this.#session, sequence), timesKept === 1);
    this.#publications.release(copy.publication);
  }

  incoming(packetIdentifier: number): void {
    this.#journal.set(Keys.incoming(this.#session, packetIdentifier), () => NOTHING);
  }

  forgetIncoming(packetIdentifier: number): void {
    this.#journal.remove(Keys.incoming(this.#session, packetIdentifier));
  }

  /** Stores the session itself; `value` encodes it. */
  save(value: () => Buffer): void {
    this.#journal.set(Keys.session(this.#session), value);
  }

  forgetSession(): void {
    this.#journal.remove(Keys.session(this.#session));
  }

  /** Calls `then` when all changes so far are stored, or cannot be. */
  written(then: () => void): void {
    this.#journal.written(then);
  }

  /** `sequence` is a position in the stored queue. */
  restored(sequence: number): void {
    if (sequence > this.#sequence) this.#sequence = sequence;
  }
}

const NOTHING = Buffer.alloc(0);
