// The last message that each of some filters has brought, while a dialog asks for it: by a connection beside that of the
// flows, which do not notice. It ends when nobody has asked for a while.

import type { NodeAPI } from 'node-red';
import { type Clock, systemClock } from '../../connection/clock';
import type { Connection } from '../../connection/connection';
import type { Subscriber } from '../../connection/subscriptions/subscriptions';
import type { IncomingPublication } from '../../core/publications/publication';
import { TokenBucket } from '../../core/queues/token-bucket';
import type { BrokerStateReport } from '../../core/reports/broker-state';
import type { TopicFilter, WireFilter } from '../../core/topics/topic-filter';
import { stateReport } from '../admin/broker-health';
import { findBroker } from '../broker/broker-node';

/** ms without a question after which a filter is given up */
const LEASE = 15_000;
const SWEEP = 1000;
const MOST_BROKERS = 5;
const MOST_FILTERS = 50;
/** Bytes of a payload; of a larger one there is no sample. */
const MOST_BYTES = 256 * 1024;
/** Messages in a second, so that a flood does not hold up the flows. */
const RATE = 1000;

export interface Sample {
  readonly state: BrokerStateReport;
  /** Undefined until one comes. */
  readonly publication: IncomingPublication | undefined;
  /** ms since the epoch */
  readonly at: number;
}

interface Watched {
  publication: IncomingPublication | undefined;
  at: number;
  /** ms of `Clock.now()` */
  expires: number;
  readonly unsubscribe: () => void;
}

/** A connection beside the one of a broker node. */
interface Beside {
  /** The flows' connection. When it changes, the broker node was redeployed. */
  readonly of: Connection;
  readonly connection: Connection;
  readonly filters: Map<WireFilter, Watched>;
}

export class MessageSamples {
  readonly #RED: NodeAPI;
  readonly #clock: Clock;
  readonly #brokers = new Map<string, Beside>();
  #cancelSweep: (() => void) | undefined;

  constructor(RED: NodeAPI, clock: Clock = systemClock) {
    this.#RED = RED;
    this.#clock = clock;
  }

  /** The last message that `filter` has brought since it was first asked for. Undefined when too much is asked for. */
  latest(broker: string, filter: TopicFilter): Sample | undefined {
    const beside = this.#beside(broker);
    if (beside === 'absent') return { state: { kind: 'absent' }, publication: undefined, at: 0 };
    if (beside === undefined) return undefined;
    let watched = beside.filters.get(filter.wire);
    if (!watched) {
      if (beside.filters.size >= MOST_FILTERS) return undefined;
      watched = this.#watch(beside.connection, filter);
      beside.filters.set(filter.wire, watched);
    }
    watched.expires = this.#clock.now() + LEASE;
    this.#cancelSweep ??= this.#clock.after(SWEEP, () => this.#sweep());
    const { publication, at } = watched;
    return { state: stateReport(this.#RED, beside.connection.state), publication, at };
  }

  #beside(broker: string): Beside | 'absent' | undefined {
    const node = findBroker(this.#RED, broker);
    const link = node?.link;
    const known = this.#brokers.get(broker);
    if (known && link?.ok && link.connection === known.of) return known;
    if (known) this.#leave(broker, known);
    if (!node || !link?.ok) return 'absent';
    if (this.#brokers.size >= MOST_BROKERS) return undefined;
    const bucket = new TokenBucket(RATE, RATE);
    const admits = (): boolean => {
      if (bucket.delay(this.#clock.now()) > 0) return false;
      bucket.take();
      return true;
    };
    const connection = link.observe((error) => node.debug(error), admits);
    const beside = { of: link.connection, connection, filters: new Map() };
    this.#brokers.set(broker, beside);
    connection.connect();
    return beside;
  }

  #watch(connection: Connection, filter: TopicFilter): Watched {
    const subscriber: Subscriber = {
      subscriptions: [{ filter, qos: 0, noLocal: false, retainAsPublished: true, retainHandling: 0 }],
      deliver: (publication) => {
        if (publication.payload.length > MOST_BYTES) return;
        watched.publication = publication;
        watched.at = this.#clock.wall();
      },
      stateChanged: () => {},
    };
    const watched: Watched = {
      publication: undefined,
      at: 0,
      expires: 0,
      unsubscribe: connection.subscribe(subscriber),
    };
    return watched;
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [broker, beside] of this.#brokers) {
      for (const [wire, { expires, unsubscribe }] of beside.filters) {
        if (expires >= now) continue;
        beside.filters.delete(wire);
        unsubscribe();
      }
      if (beside.filters.size === 0) this.#leave(broker, beside);
    }
    this.#cancelSweep = this.#brokers.size > 0 ? this.#clock.after(SWEEP, () => this.#sweep()) : undefined;
  }

  #leave(broker: string, { connection, filters }: Beside): void {
    this.#brokers.delete(broker);
    for (const { unsubscribe } of filters.values()) unsubscribe();
    void connection.close();
  }
}
