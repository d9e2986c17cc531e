// A connection on a fake network with a fake clock, for tests of what a connection does around its states.

import assert from 'node:assert/strict';
import { Connection } from '#src/connection/connection';
import type { ConnectionSettings, Endpoint } from '#src/connection/connection-settings';
import type { ConnectionState } from '#src/connection/connection-state';
import type { QoS } from '#src/core/publications/publication';
import type { ServerInfo } from '#src/transport/transport';
import { filterOf } from '../core/parsed';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { FakeNetwork, type FakeTransport } from '../helpers/fakes/fake-transport';
import { failure, outgoing } from './publications';
import { Settlements } from './settlements';

export const MIN_DELAY = 1000;
export const MAX_DELAY = 60_000;

/** More ms than close() waits for acknowledgements. */
const DRAIN = 1000;

/** A server of which a connection knows no more than the name. */
export function endpoint(name: string): Endpoint {
  return { name, open: () => Promise.reject(failure()) };
}

export class ConnectionBench {
  readonly clock = new FakeClock();
  readonly network = new FakeNetwork();
  readonly settlements = new Settlements();
  /** Topics, in the order in which they were delivered. */
  readonly received: string[] = [];
  readonly reported: Error[] = [];
  readonly connection: Connection;
  /** Every state so far. */
  readonly states: ConnectionState[] = [];
  /** What chance says, from 0 to 1. */
  random = 0;

  constructor(settings: Partial<ConnectionSettings> = {}) {
    this.connection = new Connection(
      {
        endpoints: [endpoint('server')],
        protocolVersion: 'auto',
        connectOptions: () => ({ clientId: 'test', keepalive: 60, cleanStart: true }),
        connectTimeout: 15_000,
        reconnect: { minDelay: MIN_DELAY, maxDelay: MAX_DELAY },
        outbox: { maxMessages: 100, maxBytes: 100_000, overflow: 'reject' },
        messages: {},
        ...settings,
      },
      {
        openTransport: this.network.openTransport,
        clock: this.clock,
        random: () => this.random,
        report: (error) => this.reported.push(error),
      },
    );
    this.connection.watch((state) => this.states.push(state));
  }

  /** The transport of the latest attempt. */
  get transport(): FakeTransport {
    return this.network.latest;
  }

  get state(): ConnectionState {
    return this.connection.state;
  }

  get kind(): ConnectionState['kind'] {
    return this.state.kind;
  }

  get kinds(): string[] {
    return this.states.map(({ kind }) => kind);
  }

  get waiting(): Extract<ConnectionState, { kind: 'waiting' }> {
    const { state } = this;
    assert.ok(state.kind === 'waiting', `waiting, not ${state.kind}`);
    return state;
  }

  /** Closes while the server acknowledges nothing more; the number of publications given back. */
  closedWithoutAcknowledgement(): Promise<number> {
    const closed = this.connection.close();
    this.clock.advance(DRAIN);
    return closed;
  }

  /** Asks for a connection, or lets the wait for the next attempt pass; the server accepts. */
  connected(info: Partial<ServerInfo> = {}): FakeTransport {
    // Subscribers that have just come are taken notice of first.
    this.clock.advance(0);
    if (this.state.kind === 'waiting') this.clock.advance(this.state.nextAt - this.clock.now());
    else this.connection.connect();
    this.transport.connect(info);
    return this.transport;
  }

  publish(topic: string, qos: QoS = 1): void {
    this.connection.publish(outgoing(topic, qos), this.settlements.of(topic));
  }

  /** The function returned takes the subscriber away again. */
  subscribe(filter: string, qos: QoS = 1): () => void {
    return this.connection.subscribe({
      identity: filter,
      subscriptions: [{ filter: filterOf(filter), qos, noLocal: false, retainAsPublished: false, retainHandling: 0 }],
      deliver: ({ topic }) => this.received.push(topic),
      stateChanged() {},
    });
  }
}

/** Lets all promises that can be kept be kept. */
export function promisesKept(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A promise that tells whether it has been kept. */
export function watched(promise: Promise<unknown>): { readonly promise: Promise<void>; readonly done: boolean } {
  let done = false;
  const kept = promise.then(() => {
    done = true;
  });
  return {
    promise: kept,
    get done() {
      return done;
    },
  };
}
