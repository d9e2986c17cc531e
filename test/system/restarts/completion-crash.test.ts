// A real Node-RED that is killed (SIGKILL) in the middle of its flows: unfinished messages come again.

import assert from 'node:assert/strict';
import type { FlowNode } from '../../helpers/flows/flow-harness';
import { acknowledgeNodes, serverNode, subscribeNodes, unique } from '../../helpers/flows/flow-nodes';
import { functionNode } from '../../helpers/flows/function-node';
import { PersistentNodeRed } from '../../helpers/flows/persistent-node-red';
import { Mosquitto, needsMosquitto } from '../../helpers/servers/mosquitto';
import { publishAll } from '../../helpers/servers/publish-all';

/** Messages for each flow. */
const COUNT = 200;
/** The most messages that a flow has at a time. */
const AT_A_TIME = 5;
/**
 * The most messages that the server has on their way to each flow. Acknowledgements that a busy server has not read when the
 * connection is reset are gone, so that it sends what the flow was done with, but never more than this, again.
 */
const SERVER_WINDOW = 20;

class Variant {
  readonly title: string;
  /** Of its topics, payloads and nodes. */
  readonly base = unique('crash');
  readonly payloads = Array.from({ length: COUNT }, (_, index) => `${this.base}-${index}.`);
  readonly #mqtt: 4 | 5;
  readonly qos: 1 | 2;
  readonly #acknowledge: 'completion' | 'manual';
  readonly #place: 'a tab' | 'a subflow';

  constructor(mqtt: 4 | 5, qos: 1 | 2, acknowledge: 'completion' | 'manual', place: 'a tab' | 'a subflow') {
    this.title = `(mosquitto, MQTT ${mqtt}, QoS ${qos}, ${acknowledge}, in ${place})`;
    this.#mqtt = mqtt;
    this.qos = qos;
    this.#acknowledge = acknowledge;
    this.#place = place;
  }

  /** Work of 20 ms for each message, then `received`. */
  flow(port: number): FlowNode[] {
    const id = (name: string): string => `${this.base}-${name}`;
    const settings = { acknowledge: this.#acknowledge, maxInFlight: AT_A_TIME } as const;
    const filter = { filter: `${this.base}/#`, qos: this.qos };
    const [subscriber] = subscribeNodes(id('sub'), id('broker'), [filter], settings);
    const [ack] = acknowledgeNodes(id('ack'));
    assert.ok(subscriber && ack);
    const work = 'setTimeout(() => { node.send(msg); node.done(); }, 20);';
    const next = this.#acknowledge === 'manual' ? ['received', id('ack')] : ['received'];
    const worked = [
      serverNode(id('broker'), port, { protocolVersion: this.#mqtt, cleanStart: false, clientId: this.base }),
      { ...subscriber, wires: [[id('work')]] },
      functionNode(id('work'), work, this.#place === 'a tab' ? next : []),
    ];
    const placed = this.#place === 'a tab' ? worked : inSubflow(id('subflow'), worked, id('work'), next);
    return [...placed, { ...ack, wires: [] }];
  }
}

/** All but the end of the flow in a subflow, which sends what `last` sends to `next`. */
function inSubflow(id: string, nodes: readonly FlowNode[], last: string, next: readonly string[]): FlowNode[] {
  const subflow = { id, type: 'subflow', name: 'Subflow', in: [] };
  return [
    { ...subflow, out: [{ x: 0, y: 0, wires: [{ id: last, port: 0 }] }] },
    ...nodes.map((node) => ({ ...node, z: id })),
    { id: `${id}-instance`, type: `subflow:${id}`, wires: [next] },
  ];
}

const VARIANTS = ([5, 4] as const).flatMap((mqtt) => [
  new Variant(mqtt, 1, 'completion', 'a tab'),
  new Variant(mqtt, 2, 'completion', 'a subflow'),
  new Variant(mqtt, 1, 'manual', 'a tab'),
  new Variant(mqtt, 2, 'manual', 'a subflow'),
]);

describe('Node-RED that is killed in the middle of a flow', function () {
  // A whole Node-RED has to start, three times.
  this.timeout(300_000);
  let mosquitto: Mosquitto;
  const nodeRed = new PersistentNodeRed();
  /** How often each payload has arrived. */
  const times = new Map<string, number>();

  /** All flows run side by side, and each is killed twice. */
  before(async function () {
    needsMosquitto(this);
    mosquitto = await Mosquitto.start({ config: [`max_inflight_messages ${SERVER_WINDOW}`] });
    const flows = VARIANTS.flatMap((variant) => variant.flow(mosquitto.port));
    const all = (visit: (variant: Variant) => Promise<unknown>): Promise<unknown> => Promise.all(VARIANTS.map(visit));
    await nodeRed.start(flows);
    await all(({ base }) => mosquitto.log.find(base, (line) => line.includes(`Sending SUBACK to ${base}`)));
    const published = all(({ base, payloads, qos }) =>
      publishAll(
        mosquitto.port,
        payloads.map((payload) => ({ topic: `${base}/t`, payload, qos })),
      ),
    );
    for (const last of [20, 60]) {
      await all(({ base }) => nodeRed.printed(`${base}-${last}.`));
      await nodeRed.crash();
      for (const { payloads, title } of VARIANTS) {
        const received = new Set(nodeRed.received);
        assert.ok(!payloads.every((payload) => received.has(payload)), `${title}: killed too late to show anything`);
      }
      if (last === 20) await published;
      await nodeRed.start(flows);
    }
    await all(({ payloads }) => nodeRed.printed(payloads.at(-1) ?? ''));
    for (const payload of nodeRed.received) times.set(payload, (times.get(payload) ?? 0) + 1);
  });
  after(async () => {
    await nodeRed.remove();
    await mosquitto?.stop();
  });

  for (const { title, payloads } of VARIANTS) {
    it(`${title} has lost nothing that the flow was not done with`, () => {
      const lost = payloads.filter((payload) => !times.has(payload));
      assert.deepEqual(lost, []);
      const twice = payloads.filter((payload) => (times.get(payload) ?? 0) > 1).length;
      assert.ok(twice <= 2 * SERVER_WINDOW, `${twice} came twice`);
    });
  }
});
