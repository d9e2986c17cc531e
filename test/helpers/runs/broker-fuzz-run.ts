// One run of the fuzzer against the broker: hostile clients send what no client should, and two good ones go on.

import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Reason } from '#src/broker/wire/reason';
import { BrokerBench, type TestClient, type Version } from '../../broker/broker-bench';
import { generator } from '../../core/random';
import { ClientMutations } from '../servers/client-mutations';

/** Hostile clients at a time. */
const CLIENTS = 8;
/** Packets between two messages of the good clients. */
const BETWEEN_MESSAGES = 50;
/** One client in so many is gone without a word, whatever it has sent. */
const LEAVES = 50;

export interface BrokerFuzzOptions {
  readonly seed: number;
  readonly packets: number;
}

export interface BrokerFuzzResult {
  packets: number;
  connections: number;
  /** Connections that got as far as CONNACK with success. */
  letIn: number;
  /** Connections that the broker ended. */
  ended: number;
  /** Errors of the broker that are no violation of MQTT by the client. */
  errors: string[];
  /** Messages that the good clients sent each other, all of which came once and whole. */
  messages: number;
  /** Packets of the broker that are no MQTT, to clients that had said CONNECT as one should. */
  malformed: string[];
  byKind: Record<string, number>;
}

interface Hostile {
  readonly client: TestClient;
  gone: boolean;
}

/** Bounds that are reached within seconds, so that memory stands still. */
const SETTINGS = {
  maximumSessions: 60,
  retained: { count: 500, bytes: 1_000_000 },
  waiting: { count: 100, bytes: 100_000 },
  maximumPacketSize: 30_000,
  receiveMaximum: 50,
};

export class BrokerFuzzRun {
  readonly #options: BrokerFuzzOptions;
  readonly #mutations: ReadonlyMap<Version, ClientMutations>;
  readonly #random: () => number;
  #hostile: Hostile[] = [];
  readonly #result: BrokerFuzzResult = {
    packets: 0,
    connections: 0,
    letIn: 0,
    ended: 0,
    errors: [],
    messages: 0,
    malformed: [],
    byKind: {},
  };

  constructor(options: BrokerFuzzOptions) {
    this.#options = options;
    this.#random = generator(options.seed);
    this.#mutations = new Map(
      ([3, 4, 5] as const).map((version) => [version, new ClientMutations(this.#random, version === 5 ? 5 : 4)]),
    );
  }

  /** Rejects when the good clients are harmed. `progress` is called now and then. */
  async run(progress: (result: BrokerFuzzResult) => void = () => {}): Promise<BrokerFuzzResult> {
    const bench = await BrokerBench.start({
      settings: SETTINGS,
      listener: {
        connected: () => this.#result.letIn++,
        disconnected: (_, { reasonCode, reason }) => this.#failed(reasonCode, reason),
        refused: ({ reasonCode, what }) => this.#failed(reasonCode, `refused ${what}`),
      },
    });
    const sender = await bench.connect('good-sender', { protocolVersion: 5 });
    const receiver = await bench.connect('good-receiver', { protocolVersion: 4 });
    receiver.acknowledges = true;
    await receiver.subscribe('good/#', { qos: 2 });
    while (this.#result.packets < this.#options.packets) {
      await this.#sendOne(bench);
      if (this.#result.packets % BETWEEN_MESSAGES === 0) {
        bench.clock.advance(1);
        await this.#exchange(sender, receiver);
        progress(this.#result);
      }
    }
    await bench.close();
    return this.#result;
  }

  #failed(reasonCode: number, reason: string): void {
    if (reasonCode === Reason.implementationError) this.#result.errors.push(reason);
  }

  async #sendOne(bench: BrokerBench): Promise<void> {
    const place = Math.floor(this.#random() * CLIENTS);
    const hostile = this.#hostile[place];
    if (!hostile || hostile.gone) {
      this.#hostile[place] = this.#open(bench);
      return;
    }
    const mutations = this.#mutations.get(hostile.client.protocolVersion);
    assert.ok(mutations);
    const { kind, bytes } = mutations.nextOfClient();
    this.#result.packets++;
    this.#result.byKind[kind] = (this.#result.byKind[kind] ?? 0) + 1;
    const cut = mutations.below(4) === 0 ? mutations.below(bytes.length) : 0;
    if (cut > 0) hostile.client.stream.write(bytes.subarray(0, cut));
    hostile.client.stream.write(bytes.subarray(cut));
    await turn();
    if (mutations.below(LEAVES) === 0) hostile.client.drop();
    hostile.client.forget();
  }

  #open(bench: BrokerBench): Hostile {
    const version = ([3, 4, 5] as const)[Math.floor(this.#random() * 3)] ?? 5;
    const mutations = this.#mutations.get(version);
    assert.ok(mutations);
    const client = bench.open(version);
    const hostile: Hostile = { client, gone: false };
    this.#result.connections++;
    const { good, bytes } = mutations.connect(version);
    if (good) client.whenMalformed = (error) => this.#result.malformed.push(error.message);
    client.stream.write(bytes);
    void client.closed.then(() => {
      this.#result.ended++;
      hostile.gone = true;
      bench.discard(client);
    });
    return hostile;
  }

  /** The good clients get their messages, at every QoS, once and whole. */
  async #exchange(sender: TestClient, receiver: TestClient): Promise<void> {
    for (const qos of [0, 1, 2] as const) {
      const payload = `${this.#result.messages} ${'x'.repeat(Math.floor(this.#random() * 2000))}`;
      const code = await sender.publish('good/topic', payload, { qos });
      assert.equal(code, 0);
      const { payload: came } = await receiver.next('publish');
      assert.equal(came.toString(), payload);
      this.#result.messages++;
    }
    await receiver.quiet();
    for (const client of [sender, receiver]) client.forget();
  }
}
