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
    const { copy, share, sequence } = delivery;
    const record = (): Buffer =>
      encodeQueueRecord({
        publication: copy.publication.storeNumber,
        qos: copy.qos,
        retain: copy.retain,
        identifiers: copy.identifiers,
        share,
        packetIdentifier: delivery.packetIdentifier,
        released: delivery.released,
      });
    this.#journal.set(Keys.queued(this.#session, sequence), record, !delivery.kept);
    delivery.kept = true;
  }

  forget({ copy, sequence }: Delivery): void {
    this.#journal.remove(Keys.queued(this.#session, sequence));
    this.#publications.release(copy.publication);
  }

  incoming(packetIdentifier: number): void {
    this.#journal.set(Keys.incoming(this.#session, packetIdentifier), () => NOTHING, true);
  }

  forgetIncoming(packetIdentifier: number): void {
    this.#journal.remove(Keys.incoming(this.#session, packetIdentifier));
  }

  /** Stores the session itself; `value` encodes it. `fresh`: it is not stored yet. */
  save(value: () => Buffer, fresh: boolean): void {
    this.#journal.set(Keys.session(this.#session), value, fresh);
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
