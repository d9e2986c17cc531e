// All sessions, by client identifier.

import type { Journal } from '../store/journal';
import type { StoredPublications } from '../store/stored-publications';
import { createSubscription } from '../subscriptions/subscription';
import type { SubscriptionIndex } from '../subscriptions/subscription-index';
import { Session } from './session';
import type { SessionHost } from './session-connection';
import { encodeSession, type SessionRecord } from './session-record';
import { SessionStore } from './session-store';
import type { WaitingLimits } from './waiting';

interface RegistryOptions {
  readonly journal: Journal;
  readonly publications: StoredPublications;
  readonly index: SubscriptionIndex;
  readonly limits: WaitingLimits;
  readonly host: SessionHost;
}

export class SessionRegistry {
  readonly #options: RegistryOptions;
  readonly #sessions = new Map<string, Session>();
  #lastNumber = 0;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#sessions.size;
  }

  get(clientId: string): Session | undefined {
    return this.#sessions.get(clientId);
  }

  all(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  /** Creates a session that outlives its connection by `expiryInterval` s. */
  create(clientId: string, user: string, expiryInterval: number): Session {
    const session = this.#make(clientId, ++this.#lastNumber, expiryInterval > 0);
    session.user = user;
    session.expiryInterval = expiryInterval;
    this.save(session, true);
    return session;
  }

  /** Restores the session that is stored under `number`. */
  restore(number: number, record: SessionRecord, now: number): Session {
    const session = this.#make(record.clientId, number, true);
    if (number > this.#lastNumber) this.#lastNumber = number;
    session.user = record.user;
    session.expiryInterval = record.expiryInterval;
    // An end that lies ahead says that the clock was set back meanwhile: it counts as now.
    const ahead = Math.max(0, (record.endedAt ?? now) - now);
    session.endedAt = (record.endedAt ?? now) - ahead;
    session.will = record.will && { ...record.will, due: record.will.due - ahead };
    for (const { filter, ...options } of record.subscriptions) {
      const subscription = createSubscription(session, filter, options);
      session.subscriptions.add(subscription);
      this.#options.index.add(subscription);
    }
    return session;
  }

  /** Takes over a session of another store, with a number of its own. */
  adopt(record: SessionRecord, now: number): Session {
    const session = this.restore(this.#lastNumber + 1, record, now);
    this.save(session, true);
    return session;
  }

  /** Stores the changes of `session`. `fresh`: it is a new one. */
  save(session: Session, fresh = false): void {
    session.store?.save(() => encodeSession(session), fresh);
  }

  /** Ends `session`, and deletes all of it. What it leaves to other members of shared subscriptions may have expired. */
  end(session: Session): void {
    const { index, host } = this.#options;
    for (const subscription of session.subscriptions.values()) index.remove(subscription);
    const now = host.now();
    for (const { copy, share } of session.end()) {
      if (!copy.publication.isExpired(now)) index.deliverAgain(copy.publication, share);
    }
    if (this.#sessions.get(session.clientId) === session) this.#sessions.delete(session.clientId);
  }

  #make(clientId: string, number: number, remembered: boolean): Session {
    const { journal, publications, limits, host } = this.#options;
    const store = remembered && journal.keeps ? new SessionStore(number, journal, publications) : undefined;
    const session = new Session({ clientId, number, store, limits, host });
    this.#sessions.set(clientId, session);
    return session;
  }
}
