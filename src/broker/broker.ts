// An MQTT broker for MQTT 3.1, 3.1.1 and 5. It opens nothing itself: streams, clock, randomness, store and access rules
// are given to it.

import type { BrokerOptions } from './broker-options';
import { BytePool } from './byte-pool';
import type { KnownClient, Origin } from './clients/access';
import { type Ending, tooManyConnections } from './clients/broker-listener';
import { Client } from './clients/client';
import type { ClientHost } from './clients/client-host';
import { type ClientReport, clientReport } from './clients/client-report';
import type { ClientStream } from './clients/client-stream';
import { FlushQueue } from './clients/flush-queue';
import type { HostedClient } from './clients/hosted-client';
import { Traffic } from './clients/traffic';
import { type AdoptingTarget, adopt } from './exchange/adopting';
import { Exchange } from './exchange/exchange';
import { LateOpening } from './exchange/late-opening';
import { Membership } from './exchange/membership';
import { movedTimes } from './exchange/moved-times';
import { ReadingRights } from './exchange/reading-rights';
import { openStore, type RestoreTarget, restore, type StoreContents } from './exchange/restoring';
import { RetainedMessages } from './retained/retained-messages';
import { RetainedReplay } from './retained/retained-replay';
import type { Session } from './sessions/session';
import type { Crowded, SessionHost } from './sessions/session-connection';
import { SessionRegistry } from './sessions/session-registry';
import { Journal } from './store/journal';
import { encodeClockSet, StoreClock } from './store/store-clock';
import { Keys } from './store/store-keys';
import { StoredPublications } from './store/stored-publications';
import type { Subscription } from './subscriptions/subscription';
import { SubscriptionIndex } from './subscriptions/subscription-index';
import { SystemReport } from './system/system-report';
import { Reason } from './wire/reason';
import { TopicReader } from './wire/topic-reader';

/** ms between two checks of time limits */
const TICK = 1000;
/** Ticks between two searches for expired retained messages. Subscribers never get an expired one. */
const RETAINED_TICKS = 60;

export class Broker {
  readonly #options: BrokerOptions;
  readonly #clock: StoreClock;
  readonly #late: LateOpening | undefined;
  readonly #traffic = new Traffic();
  readonly #index = new SubscriptionIndex();
  readonly #retained: RetainedMessages;
  readonly #journal: Journal;
  readonly #registry: SessionRegistry;
  readonly #exchange: Exchange;
  readonly #membership: Membership;
  readonly #rights: ReadingRights;
  readonly #host: ClientHost;
  readonly #publications: StoredPublications;
  /** All clients with a stream: also before CONNECT, and shortly after the end. */
  readonly #clients = new Set<Client>();
  readonly #startedAt: number;
  readonly #stopTicking: () => void;
  readonly #system: SystemReport;
  #ticks = 0;
  readonly #waiting: BytePool;
  readonly #inFlight: BytePool;
  #crowded: Crowded | undefined;
  #closed = false;

  /**
   * Opens the store and restores its contents. Never rejects: while the store cannot be opened, the state is kept in memory,
   * and the store is tried again.
   */
  static async open(options: BrokerOptions): Promise<Broker> {
    const { store, listener } = options;
    const contents = store && (await openStore(store, listener));
    const clock = new StoreClock(options.clock, contents?.clockSet ?? 0);
    const late = store && !contents ? new LateOpening({ store, listener, clock }) : undefined;
    const broker = new Broker({ ...options, clock, store: late?.store ?? store }, clock, late);
    if (contents) restore(contents, broker.#state);
    late?.start((found) => broker.#adopt(found));
    return broker;
  }

  private constructor(options: BrokerOptions, clock: StoreClock, late: LateOpening | undefined) {
    this.#options = options;
    this.#late = late;
    this.#clock = clock;
    const { settings, access, defer, listener, store } = options;
    this.#startedAt = clock.now();
    this.#waiting = new BytePool(settings.waitingBytes);
    this.#inFlight = new BytePool(settings.waitingBytes);
    const after = (delay: number, task: () => void): void => clock.after(delay, task);
    const failed = (error: unknown): void => listener.storeFailed(error);
    this.#journal = new Journal({ store, defer, after, failed, works: () => listener.storeWorks() });
    this.#publications = new StoredPublications(this.#journal);
    this.#retained = new RetainedMessages(settings.retained);
    this.#system = new SystemReport(this.#retained, this.#index);
    this.#registry = new SessionRegistry({
      journal: this.#journal,
      publications: this.#publications,
      index: this.#index,
      limits: settings.waiting,
      host: this.#sessionHost(),
    });
    this.#exchange = new Exchange({
      retained: this.#retained,
      index: this.#index,
      journal: this.#journal,
      retainedFull: () => listener.retainedFull(),
    });
    this.#membership = new Membership({
      registry: this.#registry,
      settings,
      access,
      listener,
      now: () => clock.now(),
      publish: (publication) => void this.#exchange.publish(publication, false),
    });
    this.#rights = new ReadingRights({ access, registry: this.#registry, membership: this.#membership });
    this.#host = this.#clientHost();
    this.#stopTicking = clock.every(TICK, () => this.#tick());
  }

  /** Serves the client at the other end of `stream`, which comes from `origin`. `sent`: see ClientWriter. */
  accept(stream: ClientStream, origin: Origin, sent?: () => number): void {
    this.#traffic.connections++;
    if (this.#closed || (!origin.local && this.#clients.size >= this.#options.settings.maximumConnections)) {
      if (!this.#closed) this.#options.listener.refused(tooManyConnections(origin));
      stream.on('error', () => {});
      stream.destroy();
      return;
    }
    this.#clients.add(new Client(stream, origin, this.#host, sent));
  }

  /** All clients, connected or remembered. */
  clients(): ClientReport[] {
    return [...this.#registry.all()].map((session) => clientReport(session, this.#membership.client(session.clientId)));
  }

  /** Call when the answers of Access have changed. Clients that `mayStay` does not hold for are disconnected. */
  accessChanged(mayStay: (client: KnownClient) => boolean): void {
    this.#rights.applyAll(mayStay);
  }

  /** Ends the connection of a client. False when it has none. */
  disconnect(clientId: string): boolean {
    const client = this.#membership.client(clientId);
    client?.end(Reason.administrativeAction, 'the connection was ended by an administrator');
    return client !== undefined;
  }

  /** Ends the session of a client, and its connection. False when there is no session. */
  forget(clientId: string): boolean {
    this.disconnect(clientId);
    const session = this.#registry.get(clientId);
    if (session) this.#membership.endSession(session);
    return session !== undefined;
  }

  /** Resolves when all changes so far are in the store, or cannot be written. */
  flush(): Promise<void> {
    return new Promise((resolve) => this.#journal.written(() => resolve()));
  }

  /** Ends all connections, and resolves when the state is in the store. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#late?.stop();
    this.#stopTicking();
    for (const client of this.#clients) client.end(Reason.shuttingDown, 'the broker is shutting down');
    this.#keepClock();
    await this.#journal.end();
    for (const client of this.#clients) client.destroy();
    this.#clients.clear();
    await this.#options.store?.close();
  }

  get #state(): RestoreTarget & AdoptingTarget {
    return {
      retained: this.#retained,
      registry: this.#registry,
      publications: this.#publications,
      journal: this.#journal,
      exchange: this.#exchange,
      now: this.#clock.now(),
    };
  }

  /** The store can be used from now on. */
  #adopt(contents: StoreContents): void {
    // This broker began as if the clock had never been set: its times are later by what the store knows of that.
    adopt(movedTimes(contents), this.#state);
    // In any case something is written, which replaces all that the store has held.
    this.#journal.set(Keys.clockSet, () => encodeClockSet(this.#clock.wall() - this.#clock.now()));
  }

  /** Stores by how much the clock of the machine was set, so that a later process knows what time has passed. */
  #keepClock(): void {
    const clockSet = this.#clock.takeNews();
    if (clockSet !== undefined) this.#journal.set(Keys.clockSet, () => encodeClockSet(clockSet));
  }

  #tick(): void {
    const { settings } = this.#options;
    const now = this.#clock.now();
    this.#ticks++;
    this.#keepClock();
    for (const client of this.#clients) if (client.check(now)) this.#clients.delete(client);
    this.#membership.check(settings.patience);
    if (this.#ticks % RETAINED_TICKS === 0) this.#exchange.expire(now);
    if (settings.systemInterval > 0 && this.#ticks % settings.systemInterval === 1) this.#showSystem(now);
  }

  #showSystem(now: number): void {
    const { settings, heap } = this.#options;
    const connected = this.#membership.connectedCount;
    this.#system.publish({
      version: settings.version,
      uptime: Math.floor((now - this.#startedAt) / 1000),
      connected,
      disconnected: this.#registry.count - connected,
      maximum: this.#membership.maximumCount,
      expired: this.#membership.expiredCount,
      subscriptions: this.#index.count,
      sharedSubscriptions: this.#index.sharedCount,
      retained: this.#retained.count,
      storedCount: this.#retained.count,
      storedBytes: this.#retained.bytes + this.#waiting.bytes + this.#inFlight.bytes,
      heap: heap(),
      traffic: this.#traffic,
    });
  }

  #left(client: HostedClient, session: Session | undefined, ending: Ending, withWill: boolean): void {
    if (!session) return;
    this.#membership.leave(client, session, withWill && !this.#closed);
    this.#options.listener.disconnected(client, ending);
  }

  #clientHost(): ClientHost {
    const { settings, access, listener, clock, defer, randomName } = this.#options;
    const flushes = new FlushQueue(defer);
    return {
      settings,
      access,
      listener,
      journal: this.#journal,
      traffic: this.#traffic,
      topics: new TopicReader(),
      unfinished: new BytePool(settings.unfinishedBytes),
      now: () => clock.now(),
      after: (delay, task) => clock.after(delay, task),
      defer,
      schedule: (writer) => flushes.add(writer),
      newClientId: () => `auto-${randomName()}`,
      isReserved: (clientId, { origin }) => !origin.local && this.#membership.client(clientId)?.origin.local === true,
      join: (client, request) => {
        const joined = this.#membership.join(client, request);
        if (joined?.present) this.#rights.apply(joined.session, client);
        return joined;
      },
      save: (session) => this.#registry.save(session),
      hasRoomFor: (filter) => this.#index.hasRoomFor(filter, settings.allSubscriptions),
      subscribe: (subscription) => this.#index.add(subscription),
      unsubscribe: (subscription) => this.#index.remove(subscription),
      replayFor: (subscription, isNew) => this.#replayFor(subscription, isNew),
      publish: (publication, tells) => this.#exchange.publish(publication, tells),
      takeCrowded: () => {
        const crowded = this.#crowded;
        this.#crowded = undefined;
        return crowded;
      },
      left: (client, session, ending, withWill) => this.#left(client, session, ending, withWill),
    };
  }

  /** MQTT 5, section 3.8.3.1: Retain Handling. A shared subscription gets no retained messages (section 4.8.2). */
  #replayFor({ retainHandling, filter }: Subscription, isNew: boolean): RetainedReplay | undefined {
    if (filter.shareGroup !== undefined || retainHandling === 2 || (retainHandling === 1 && !isNew)) return undefined;
    return new RetainedReplay(this.#retained, filter, () => this.#options.clock.now());
  }

  #sessionHost(): SessionHost {
    const { clock, defer, listener } = this.#options;
    const traffic = this.#traffic;
    return {
      now: () => clock.now(),
      defer,
      dropped: ({ clientId }, first) => {
        traffic.publicationsDropped++;
        if (first) listener.dropping(clientId);
      },
      crowded: (session) => {
        this.#crowded = session;
      },
      waiting: this.#waiting,
      inFlight: this.#inFlight,
    };
  }
}
