// The same flow twice at one mosquitto: by the core nodes, and converted to ours. Both are asked to do each case, and what
// each does is written down.

import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync, type IPublishPacket, type MqttClient } from 'mqtt';
import { conversionDefaults } from '#src/core/conversion/conversion-options';
import { replaceCoreNodes } from '#src/core/conversion/replace-core-nodes';
import { convertedFlow } from '#src/core/conversion/replace-nodes';
import { coreBroker, coreIn, coreOut } from '../flows/core-flow';
import { coreNodes, type Flow, type FlowMessage, type FlowNode, loadFlow, unloadFlow } from '../flows/flow-harness';
import { Inbox } from '../flows/inbox';
import type { Mosquitto } from '../servers/mosquitto';
import type { ConnectionCase, ControlCase, MovingCase, PublishCase, ReceiveCase, Version } from './moving-case';
import { plainMessage, plainPacket } from './plain-outcome';

/** A case that has no connection of its own. */
export type SharedCase = Exclude<MovingCase, ConnectionCase>;
type Side = 'core' | 'ours';
const SIDES = ['core', 'ours'] as const;

/** What one side did with a case, as plain data. */
export type Outcome = Readonly<Record<string, unknown>>;

export interface Compared {
  readonly core: Outcome;
  readonly ours: Outcome;
}

/** ms after which a message counts as never completed. */
const PATIENCE = 2000;

export class SideBySide {
  readonly #flow: Flow;
  readonly #observer: MqttClient;
  readonly #packets = new Inbox<IPublishPacket>('packets');
  #barriers = 0;

  private constructor(flow: Flow, observer: MqttClient) {
    this.#flow = flow;
    this.#observer = observer;
    observer.on('message', (_topic, _payload, packet) => this.#packets.push(packet));
  }

  /** Starts both sides for `cases`, all of one version, and returns when all nodes are connected. */
  static async start(mosquitto: Mosquitto, version: Version, cases: readonly SharedCase[]): Promise<SideBySide> {
    const core = coreFlow(mosquitto.port, version, cases);
    const ours = core.map((node) => renamed(node));
    const moved = convertedFlow(ours, replaceCoreNodes(ours, conversionDefaults));
    const receiving = [...core, ...moved].filter(({ wires }) => Array.isArray(wires) && wires.length > 0);
    const collectors = receiving.map(({ id }) => ({ id: `${id}-out`, type: 'test-collect', wires: [] }));
    const nodes = [...core, ...moved, ...collectors].map(({ z: _, ...node }: FlowNode) => node);
    const flow = await loadFlow(nodes as FlowNode[], {}, coreNodes('network/10-mqtt'));
    const observer = await connectAsync(mosquitto.url, { protocolVersion: 5 });
    await observer.subscribeAsync('#', { qos: 2, rap: true });
    const sides = new SideBySide(flow, observer);
    await flow.connected(...SIDES.flatMap((side) => [`${side}-in-utf8`, `${side}-out-end`]));
    for (const side of SIDES) await sides.#barrier(side);
    return sides;
  }

  async stop(): Promise<void> {
    await this.#observer.endAsync(true);
    await unloadFlow();
  }

  /** Gives the case to both sides, one after the other. `index` is its place in the list that the flow was made for. */
  async compare(one: SharedCase, index: number): Promise<Compared> {
    if (one.kind === 'receive') return this.#receive(one, index);
    const run = (side: Side): Promise<Outcome> =>
      one.kind === 'publish' ? this.#publish(one, side, index) : this.#control(one, side, index);
    return { core: await run('core'), ours: await run('ours') };
  }

  async #receive({ output, payload, properties }: ReceiveCase, index: number): Promise<Compared> {
    const topic = `rx/${index}`;
    const errors = this.#flow.caught.all.length;
    await this.#observer.publishAsync(topic, payload, { qos: 1, properties });
    await this.#reached(SIDES);
    const outcome = (side: Side): Outcome => {
      const id = `${side}-in-${output}`;
      const messages = this.#flow.received(`${id}-out`).all.filter((message) => message.topic === topic);
      const caught = this.#flow.caught.all
        .slice(errors)
        .filter(({ error, topic: of }) => error.source.id === id && of === topic);
      return { messages: messages.map((message) => plainMessage(message, topic)), errors: caught.length };
    };
    return { core: outcome('core'), ours: outcome('ours') };
  }

  async #publish(one: PublishCase, side: Side, index: number): Promise<Outcome> {
    const topic = `tx/${side}/${index}`;
    const [packets, errors] = [this.#packets.all.length, this.#flow.caught.all.length];
    const id = `${side}-out-${index}`;
    this.#flow.inject(id, one.message(topic));
    await this.#barrier(side);
    const sent = this.#packets.all.slice(packets).filter((packet) => !packet.topic.startsWith('end/'));
    const caught = this.#flow.caught.all.slice(errors).filter(({ error }) => error.source.id === id);
    return { packets: sent.map((packet) => plainPacket(packet, topic)), errors: caught.length };
  }

  async #control(one: ControlCase, side: Side, index: number): Promise<Outcome> {
    const topic = `ctl/${side}/${index}`;
    const id = `${side}-ctl-${index}`;
    const steps: string[] = [];
    for (const [at, message] of one.messages(topic).entries()) {
      steps.push(await this.#settled(id, { ...message, step: `${id}/${at}` }));
    }
    await this.#barrier(side);
    for (const below of ['', '/x']) await this.#observer.publishAsync(topic + below, '{"a":1}', { qos: 1 });
    await this.#reached([side]);
    const outputs = this.#flow.received(`${id}-out`).all.map(({ step: _, ...message }) => plainMessage(message, topic));
    return { steps, outputs };
  }

  /** How node `id` ends the message. */
  async #settled(id: string, message: FlowMessage): Promise<string> {
    const mine = (other: FlowMessage): boolean => other.step === message.step;
    const ends = [
      this.#flow.completed.find('done', mine).then(() => 'done'),
      this.#flow.caught.find('caught', mine).then(() => 'error'),
      delay(PATIENCE, 'never', { ref: false }),
    ];
    // Those that lose wait in vain, longer than this does.
    for (const end of ends) end.catch(() => undefined);
    this.#flow.inject(id, message);
    return Promise.race(ends);
  }

  /** Resolves when the server has taken everything that `side` has sent so far. */
  async #barrier(side: Side): Promise<void> {
    const topic = `end/${side}/${++this.#barriers}`;
    for (;;) {
      await this.#flow.connected(`${side}-out-end`);
      this.#flow.inject(`${side}-out-end`, { topic, payload: 'end', qos: 2 });
      const arrived = this.#packets.find(topic, (packet) => packet.topic === topic).then(() => true);
      arrived.catch(() => undefined);
      // The server may have ended the connection over the case.
      if (await Promise.race([arrived, delay(PATIENCE, false, { ref: false })])) return;
    }
  }

  /** Resolves when the server's publications so far have reached all receiving nodes of `sides`. */
  async #reached(sides: readonly Side[]): Promise<void> {
    const topic = `rx/end/${++this.#barriers}`;
    await this.#observer.publishAsync(topic, '"end"', { qos: 1 });
    const ids = sides.flatMap((side) => OUTPUTS.map((output) => `${side}-in-${output}-out`));
    await Promise.all(ids.map((id) => this.#flow.received(id).find(topic, (message) => message.topic === topic)));
  }
}

const OUTPUTS = ['auto-detect', 'auto', 'utf8', 'json', 'buffer', 'base64'];

/** A node for each output, each case that publishes, and each case that controls. */
function coreFlow(port: number, version: Version, cases: readonly SharedCase[]): FlowNode[] {
  const broker = coreBroker('core-b', { broker: '127.0.0.1', port, protocolVersion: version });
  const nodes = [broker, coreOut('core-out-end', 'core-b', '')];
  for (const datatype of OUTPUTS)
    nodes.push(collected(coreIn(`core-in-${datatype}`, 'core-b', 'rx/#', { datatype, qos: '1' })));
  for (const [index, one] of cases.entries()) {
    const id = one.kind === 'control' ? `core-ctl-${index}` : `core-out-${index}`;
    if (one.kind === 'publish') nodes.push(coreOut(id, 'core-b', '', one.settings(`tx/core/${index}`)));
    else if (one.kind === 'control' && one.node === 'mqtt out') nodes.push(coreOut(id, 'core-b', ''));
    else if (one.kind === 'control') nodes.push(collected(coreIn(id, 'core-b', '', { inputs: 1 })));
  }
  return nodes;
}

function collected(node: FlowNode): FlowNode {
  return { ...node, wires: [[`${node.id}-out`]] };
}

/** A node of the other side, with topics of its own. */
function renamed(node: FlowNode): FlowNode {
  return JSON.parse(JSON.stringify(node).replaceAll('"core-', '"ours-').replaceAll('tx/core/', 'tx/ours/'));
}
