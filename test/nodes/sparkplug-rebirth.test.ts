// A subscribe node that asks edge nodes of Sparkplug for their births, with an edge node that answers as the specification
// wants it (Sparkplug 3.0, sections 6.4.19 and 6.4.24).

import assert from 'node:assert/strict';
import { connectAsync, type MqttClient } from 'mqtt';
import { RebirthLimit } from '#src/runtime/subscribe/sparkplug-rebirth';
import { codecNamed } from '../core/formats/format-runs';
import { loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';

const codec = codecNamed('sparkplug');
const REBIRTH = 'Node Control/Rebirth';

/** An edge node that has one metric with an alias, and sends its birth when it is told to. */
class EdgeNode {
  readonly #client: MqttClient;
  readonly #topic: (type: string) => string;
  /** The commands that it got, as values. */
  readonly commands: unknown[] = [];
  #seq = 0;

  private constructor(client: MqttClient, group: string) {
    this.#client = client;
    this.#topic = (type) => `spBv1.0/${group}/${type}/edge`;
    client.on('message', (_topic, payload) => {
      const command = codec.decode(payload, {}, this.#topic('NCMD'));
      assert.ok(command?.ok);
      this.commands.push(command.value);
      void this.birth();
    });
  }

  static async start(url: string, group: string): Promise<EdgeNode> {
    const client = await connectAsync(url);
    const edge = new EdgeNode(client, group);
    await client.subscribeAsync(`spBv1.0/${group}/NCMD/edge`);
    return edge;
  }

  async birth(): Promise<void> {
    this.#seq = 0;
    const metrics = [
      { name: 'Temperature', alias: 1, type: 'Float', value: 20 },
      { name: REBIRTH, type: 'Boolean', value: false },
    ];
    await this.#send('NBIRTH', { timestamp: Date.now(), metrics });
  }

  /** Sends a value by its alias; `lost` messages before it were never sent. */
  async data(value: number, lost = 0): Promise<void> {
    this.#seq = (this.#seq + lost) % 256;
    await this.#send('NDATA', { timestamp: Date.now(), metrics: [{ alias: 1, type: 'Float', value }] });
  }

  async #send(type: string, payload: object): Promise<void> {
    const encoded = codec.encode({ ...payload, seq: this.#seq });
    assert.ok(encoded?.ok);
    this.#seq = (this.#seq + 1) % 256;
    await this.#client.publishAsync(this.#topic(type), encoded.payload, { qos: 1 });
  }

  async stop(): Promise<void> {
    await this.#client.endAsync();
  }
}

describe('A subscribe node of Sparkplug', function () {
  this.timeout(30_000);
  let mosquitto: Mosquitto;
  let edge: EdgeNode;
  let group: string;

  before(async function () {
    needsMosquitto(this);
    mosquitto = await Mosquitto.start();
  });

  beforeEach(async () => {
    group = unique('plant');
    edge = await EdgeNode.start(mosquitto.url, group);
  });

  afterEach(async () => {
    await edge.stop();
    await unloadFlow();
  });
  after(() => mosquitto?.stop());

  /** What the node says of the next message: its type, the name of its metric, whether it is stale. */
  async function host(requestRebirth: boolean, others: readonly string[] = []) {
    const broker = unique('broker');
    const settings = { format: 'sparkplug', requestRebirth };
    const flow = await loadFlow([
      serverNode(broker, mosquitto.port),
      ...subscribeNodes('host', broker, [`spBv1.0/${group}/#`], settings),
      ...others.flatMap((id) => subscribeNodes(id, broker, [`spBv1.0/${group}/NDATA/+`], settings)),
    ]);
    await flow.connected('host', ...others);
    return async (): Promise<string> => {
      const { params, payload, sparkplug } = await flow.received('host-out').next();
      const { metrics } = payload as { metrics: readonly { name?: string }[] };
      const { messageType } = params as { messageType: string };
      return `${messageType} ${metrics[0]?.name} ${(sparkplug as { stale: boolean }).stale ? 'stale' : 'fine'}`;
    };
  }

  it('that has missed the birth asks for it, and knows the metrics afterwards', async () => {
    const next = await host(true);
    await edge.data(21);
    assert.equal(await next(), 'NDATA undefined stale');
    assert.equal(await next(), `NCMD ${REBIRTH} fine`);
    assert.equal(await next(), 'NBIRTH Temperature fine');
    await edge.data(22);
    assert.equal(await next(), 'NDATA Temperature fine');
    const [command] = edge.commands as { metrics: unknown[]; seq?: number; timestamp: number }[];
    assert.deepEqual(command?.metrics, [{ name: REBIRTH, type: 'Boolean', value: true }]);
    assert.equal(command?.seq, undefined, 'commands have no seq');
    assert.ok(Math.abs((command?.timestamp ?? 0) - Date.now()) < 60_000);
  });

  it('asks after a gap, once for all nodes and messages that find something missing', async () => {
    const next = await host(true, ['second', 'third']);
    await edge.birth();
    assert.equal(await next(), 'NBIRTH Temperature fine');
    await edge.data(21, 2);
    assert.equal(await next(), 'NDATA Temperature stale');
    assert.equal(await next(), `NCMD ${REBIRTH} fine`);
    assert.equal(await next(), 'NBIRTH Temperature fine');
    await edge.data(22, 5);
    assert.equal(await next(), 'NDATA Temperature stale');
    await edge.data(23);
    assert.equal(await next(), 'NDATA Temperature fine');
    assert.equal(edge.commands.length, 1);
  });

  it('asks for nothing unless it is set to', async () => {
    const next = await host(false);
    await edge.data(21);
    await edge.data(22);
    assert.equal(await next(), 'NDATA undefined stale');
    assert.equal(await next(), 'NDATA undefined stale');
    assert.deepEqual(edge.commands, []);
  });
});

describe('Requests for a rebirth', () => {
  it('go to an edge node once in 30 seconds, and to others meanwhile', () => {
    const limit = new RebirthLimit();
    assert.deepEqual([limit.take('g/a', 0), limit.take('g/a', 29_999), limit.take('g/b', 1)], [true, false, true]);
    assert.deepEqual([limit.take('g/a', 30_000), limit.take('g/a', 30_001)], [true, false]);
  });

  it('are remembered for so many edge nodes at most', () => {
    const limit = new RebirthLimit();
    for (let index = 0; index <= 10_000; index++) limit.take(`g/${index}`, 0);
    assert.deepEqual([limit.take('g/0', 1), limit.take('g/10000', 1)], [true, false]);
  });
});
