// One run of the fuzzer: a Connection over mqtt.js, and a server that answers well, then badly, then well again.

import { setImmediate as turn } from 'node:timers/promises';
import { Connection } from '#src/connection/connection';
import type { QoS } from '#src/core/publications/publication';
import { mqttjsTransports } from '#src/transport/mqttjs/mqttjs-transport';
import { filterOf } from '../../core/parsed';
import { generator } from '../../core/random';
import { FakeClock } from '../fakes/fake-clock';
import { FuzzServer, PROBE_TOPIC } from '../servers/fuzz-server';
import { CLIENT_LIMITS, type Mutation, type MutationKind, PacketMutations } from '../servers/packet-mutations';

/** Turns of the event loop that are more than enough to handle a packet in memory. */
const TURNS = 30;
/** One in this many packets replaces CONNACK. */
const INSTEAD_OF_CONNACK = 8;

export interface FuzzOptions {
  readonly seed: number;
  readonly packets: number;
  readonly protocolVersion: 4 | 5;
}

export interface FuzzResult {
  packets: number;
  /** The number of connections that a mutated packet ended. */
  reconnects: number;
  /** Packets after which the client waited for more bytes or for CONNACK, so that the server ended the connection. */
  unfinished: number;
  /** Failed connections to a server that behaved well. */
  badReturns: string[];
  /** Packets from the client that are not valid MQTT. */
  malformed: string[];
  /** Errors that nobody else handled. */
  reported: string[];
  accepted: number;
  settled: number;
  settledTwice: number;
  byKind: Partial<Record<MutationKind, { packets: number; reconnects: number }>>;
  closed: boolean;
}

export class FuzzRun {
  readonly #options: FuzzOptions;
  readonly #random: () => number;
  readonly #mutations: PacketMutations;
  readonly #clock = new FakeClock();
  readonly #connection: Connection;
  #delivered = '';
  #server: FuzzServer | undefined;
  /** The packet that replaces the next CONNACK. */
  #greeting: Mutation | undefined;
  readonly #result: FuzzResult = {
    packets: 0,
    reconnects: 0,
    unfinished: 0,
    badReturns: [],
    malformed: [],
    reported: [],
    accepted: 0,
    settled: 0,
    settledTwice: 0,
    byKind: {},
    closed: false,
  };

  constructor(options: FuzzOptions) {
    this.#options = options;
    this.#random = generator(options.seed);
    this.#mutations = new PacketMutations(this.#random, options.protocolVersion);
    this.#connection = this.#connect();
  }

  async run(progress: (result: FuzzResult) => void = () => {}): Promise<FuzzResult> {
    const result = this.#result;
    this.#subscribe('fuzz/#', 2);
    this.#subscribe(PROBE_TOPIC, 0);
    this.#connection.connect();
    while (result.packets < this.#options.packets && result.badReturns.length === 0) {
      if (await this.#stands()) await this.#attack();
      progress(result);
    }
    await this.#stands();
    const closing = this.#connection.close();
    for (let left = TURNS; left > 0 && this.#connection.state.kind !== 'closed'; left--) await turn();
    this.#clock.advance(1000);
    await closing;
    result.closed = this.#connection.state.kind === 'closed' && this.#clock.pending === 0;
    return result;
  }

  #connect(): Connection {
    const { protocolVersion } = this.#options;
    const connection = new Connection(
      {
        endpoints: [{ name: 'fuzzer', open: async () => this.#open().stream }],
        protocolVersion,
        connectOptions: () => ({ clientId: 'fuzz', keepalive: 60, cleanStart: true, properties: CLIENT_LIMITS }),
        connectTimeout: 15_000,
        reconnect: { minDelay: 1000, maxDelay: 60_000 },
        outbox: { maxMessages: 50, maxBytes: 100_000, overflow: 'reject' },
        messages: {},
      },
      {
        openTransport: mqttjsTransports(),
        clock: this.#clock,
        random: () => 0.5,
        report: (error) => this.#result.reported.push(String(error)),
      },
    );
    return connection;
  }

  #open(): FuzzServer {
    this.#server = new FuzzServer(this.#options.protocolVersion, {
      connect: (server) => {
        const greeting = this.#greeting;
        this.#greeting = undefined;
        if (greeting) server.write(greeting.bytes);
        else server.accept();
      },
      malformed: (error) => this.#result.malformed.push(error.message),
      gone: () => {},
    });
    return this.#server;
  }

  /** Lets the delay before the next attempt pass, and checks that this attempt connects. */
  async #stands(): Promise<boolean> {
    for (let left = TURNS; left > 0 && this.#connection.state.kind !== 'waiting' && !this.#server?.open; left--) {
      await turn();
    }
    const { state } = this.#connection;
    if (state.kind === 'waiting') this.#clock.advance(state.nextAt - this.#clock.now());
    const probed = await this.#probed(() => this.#connection.state.kind === 'connected');
    if (!probed)
      this.#result.badReturns.push(`after ${this.#result.packets}: ${JSON.stringify(this.#connection.state)}`);
    return probed;
  }

  /** Sends one mutated packet, and counts its effect. */
  async #attack(): Promise<void> {
    const result = this.#result;
    result.packets++;
    const instead = this.#mutations.below(INSTEAD_OF_CONNACK) === 0;
    const mutation = instead ? await this.#greet() : await this.#interrupt();
    const kind = result.byKind[mutation.kind] ?? { packets: 0, reconnects: 0 };
    result.byKind[mutation.kind] = kind;
    kind.packets++;
    const survived = await this.#probed(() => true);
    if (survived && !instead) return;
    const server = this.#server;
    if (server?.open) {
      result.unfinished++;
      server.hangUp();
    } else {
      result.reconnects++;
      kind.reconnects++;
    }
  }

  /** Sends the packet instead of CONNACK. */
  async #greet(): Promise<Mutation> {
    const mutation = this.#mutations.next({ publications: [], subscriptions: [] });
    this.#server?.hangUp();
    await this.#turnsUntil(() => this.#connection.state.kind === 'waiting');
    this.#greeting = mutation;
    const { state } = this.#connection;
    if (state.kind === 'waiting') this.#clock.advance(state.nextAt - this.#clock.now());
    await this.#turnsUntil(() => this.#greeting === undefined);
    return mutation;
  }

  /** Sends the packet while publications and a subscription wait for their answers. */
  async #interrupt(): Promise<Mutation> {
    const server = this.#server;
    server?.hold();
    for (let left = this.#mutations.below(3); left > 0; left--) this.#publish(this.#mutations.pick([0, 1, 2]));
    const remove = this.#subscribe(`fuzz/${this.#mutations.below(5)}/+`, 1);
    await turn();
    await turn();
    const mutation = this.#mutations.next(server?.pending ?? { publications: [], subscriptions: [] });
    server?.write(mutation.bytes);
    await turn();
    remove();
    this.#clock.advance(0);
    server?.release();
    return mutation;
  }

  /** Whether a good publication arrives before the connection ends or everything stands still. */
  async #probed(ready: () => boolean): Promise<boolean> {
    await this.#turnsUntil(() => ready() || !this.#server?.open);
    const server = this.#server;
    await turn();
    if (!server?.open) return false;
    const probe = server.probe();
    await this.#turnsUntil(() => this.#delivered === probe || !server.open);
    return this.#delivered === probe && server.open;
  }

  async #turnsUntil(done: () => boolean): Promise<void> {
    for (let left = TURNS; left > 0 && !done(); left--) await turn();
  }

  #publish(qos: QoS): void {
    this.#result.accepted++;
    let settled = false;
    this.#connection.publish({ topic: 'up', payload: 'x'.repeat(20), qos, retain: false }, () => {
      if (settled) this.#result.settledTwice++;
      else this.#result.settled++;
      settled = true;
    });
  }

  #subscribe(filter: string, qos: QoS): () => void {
    const remove = this.#connection.subscribe({
      subscriptions: [{ filter: filterOf(filter), qos, noLocal: false, retainAsPublished: false, retainHandling: 0 }],
      deliver: ({ topic, payload }) => {
        if (topic === PROBE_TOPIC) this.#delivered = payload.toString();
      },
      stateChanged() {},
    });
    this.#clock.advance(0);
    return remove;
  }
}
