// One broker node, a node that receives and one that publishes, by the core nodes and converted to ours, each at a server of
// its own that writes down every packet.

import { setTimeout as delay } from 'node:timers/promises';
import type { IConnectPacket, ISubscribePacket } from 'mqtt-packet';
import type { NodeStatus } from 'node-red';
import { conversionDefaults } from '#src/core/conversion/conversion-options';
import { replaceCoreNodes } from '#src/core/conversion/replace-core-nodes';
import { convertedFlow } from '#src/core/conversion/replace-nodes';
import { coreBroker, coreIn, coreOut } from '../flows/core-flow';
import { coreNodes, type Flow, type FlowNode, loadFlow, unloadFlow } from '../flows/flow-harness';
import { type Script, ScriptedServer } from '../servers/scripted-server';
import type { ConnectionPart, ConnectionStep, Scenario, Version } from './moving-case';
import { plainPacket } from './plain-outcome';

type Side = 'core' | 'ours';
type Outcome = Readonly<Record<ConnectionPart, unknown>>;

/** ms after which a message counts as never completed. */
const PATIENCE = 500;
const NODES = ['in', 'out'] as const;
const REFUSED: Readonly<Record<Version, number>> = { 4: 5, 5: 0x87 };

/** What both sides have done in a scenario. */
export async function compareConnections(scenario: Scenario, version: Version): Promise<Record<Side, Outcome>> {
  return { core: await run('core', scenario, version), ours: await run('ours', scenario, version) };
}

async function run(side: Side, scenario: Scenario, version: Version): Promise<Outcome> {
  const refusing: Script = { connect: (client) => client.connack(REFUSED[version]) };
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const accepting: Script = { connect: (client) => void begun.then(() => client.connack(0)) };
  const server = await ScriptedServer.start(scenario.server === 'refuses' ? refusing : accepting);
  if (scenario.server === 'absent') await server.stop();
  try {
    const { nodes, credentials } = flowOf(side, scenario, version, server.port);
    const flow = await loadFlow(nodes, { b: credentials }, coreNodes('network/10-mqtt'));
    void shownConnecting(flow, scenario, server.port).then(begin);
    const ends: string[] = [];
    for (const step of scenario.steps(server.port)) await take(step, flow, server, ends);
    return outcome(flow, server, ends);
  } finally {
    await unloadFlow();
    if (scenario.server !== 'absent') await server.stop();
  }
}

/**
 * The core node that publishes starts after the connection has been begun. It shows "connecting" 1 ms later, unless it is connected by
 * then, which happens with a server that answers at once. A connection that a message asks for is begun when all nodes are there.
 */
async function shownConnecting(flow: Flow, { settings }: Scenario, port: number): Promise<void> {
  if (settings?.(port).autoConnect === false) return;
  // Where it cannot connect, it shows nothing of the kind.
  await flow.showing('out', 'connecting').catch(() => undefined);
}

interface LoadedFlow {
  readonly nodes: FlowNode[];
  /** Of the broker node. Those of the conversion are added to those that Node-RED has. */
  readonly credentials: Readonly<Record<string, string>>;
}

function flowOf(side: Side, { settings, topics, ...scenario }: Scenario, version: Version, port: number): LoadedFlow {
  const server = { broker: '127.0.0.1', port: String(port), protocolVersion: version };
  const core = [
    coreBroker('b', { ...server, ...settings?.(port) }),
    coreIn('in', 'b', topics?.in ?? 'in', { qos: '1' }),
    coreOut('out', 'b', topics?.out ?? ''),
  ];
  const moved = side === 'ours' ? convertedFlow(core, replaceCoreNodes(core, conversionDefaults)) : core;
  const converted = moved.find(({ id }) => id === 'b')?.credentials as LoadedFlow['credentials'] | undefined;
  const nodes = moved.map(({ z: _, credentials: _own, ...node }) => node as FlowNode);
  return { nodes, credentials: { ...scenario.credentials, ...converted } };
}

async function take(step: ConnectionStep, flow: Flow, server: ScriptedServer, ends: string[]): Promise<void> {
  if (typeof step === 'object') {
    if ('heard' in step) await heard(server, step.heard);
    else await give(step.give, flow, server, ends);
  } else if (step === 'connected') {
    await flow.connected(...NODES);
    await server.received.latest('its subscription', () => server.count('subscribe') >= server.count('connect'));
  } else if (step === 'out connected') await flow.connected('out');
  else if (step === 'failed') await failed(flow);
  else if (step === 'disconnected') {
    const isOff = ({ fill }: NodeStatus): boolean => fill === 'red' || fill === 'grey';
    await Promise.all(NODES.map((id) => flow.statuses(id).latest('a lost connection', isOff)));
  } else if (step === 'cut') for (const { socket } of server.clients.all) socket.destroy();
  else {
    await unloadFlow();
    for (const client of server.clients.all) await client.gone();
  }
}

/** The core nodes say nothing of it anywhere but in the log. */
async function failed(flow: Flow): Promise<void> {
  const caught = flow.caught.first(1).catch(() => undefined);
  await Promise.race([caught, delay(PATIENCE, undefined, { ref: false })]);
}

async function heard(server: ScriptedServer, of: string): Promise<void> {
  await server.received.find(of, (packet) => packet.cmd === 'publish' && packet.topic === of);
}

/** Gives the message, and waits for what it does at the server. */
async function give(message: object, flow: Flow, server: ScriptedServer, ends: string[]): Promise<void> {
  const end = await settled(flow, message);
  ends.push(end);
  if (end !== 'done') return;
  if ('topic' in message) await heard(server, String(message.topic));
  const ended = 'action' in message && message.action === 'disconnect';
  if (ended) for (const client of server.clients.all) await client.gone();
}

async function settled(flow: Flow, message: object): Promise<string> {
  const own = { ...structuredClone(message), step: `${Math.random()}` };
  const ends = [
    flow.completed.find('done', ({ step }) => step === own.step).then(() => 'done'),
    flow.caught.find('caught', ({ step }) => step === own.step).then(() => 'error'),
    delay(PATIENCE, 'never', { ref: false }),
  ];
  // Those that lose wait in vain, longer than this does.
  for (const end of ends) end.catch(() => undefined);
  flow.inject('out', own);
  return Promise.race(ends);
}

function outcome(flow: Flow, server: ScriptedServer, ends: readonly string[]): Outcome {
  const received = server.received.all;
  return {
    CONNECT: received.flatMap((packet) => (packet.cmd === 'connect' ? [plainConnect(packet)] : [])),
    packets: {
      publications: received.flatMap((packet) => (packet.cmd === 'publish' ? [plainPacket(packet, '\0')] : [])),
      // Each side has its own order of these and of birth messages.
      subscriptions: received.flatMap((packet) => (packet.cmd === 'subscribe' ? [filtersOf(packet)] : [])),
      unsubscribed: received.some(({ cmd }) => cmd === 'unsubscribe'),
      disconnected: received.some(({ cmd }) => cmd === 'disconnect'),
    },
    status: Object.fromEntries(NODES.map((id) => [id, texts(flow, id)])),
    badge: Object.fromEntries(NODES.map((id) => [id, badges(flow, id)])),
    ends,
    errors: flow.caught.all.length,
  };
}

/** Node-RED's own texts that were shown, one after the other: those that flows look for. One that came twice is there twice. */
function texts(flow: Flow, id: string): string[] {
  const all = flow.statuses(id).all.map(({ text = '' }) => text);
  return once(all).filter((text) => text.startsWith('node-red:common.status.'));
}

/** All that was shown. */
function badges(flow: Flow, id: string): string[] {
  return once(flow.statuses(id).all.map(({ fill, shape, text }) => `${fill} ${shape} ${text}`));
}

function once(all: readonly string[]): string[] {
  return all.filter((text, index) => text !== all[index - 1]);
}

function plainConnect({
  protocolVersion,
  clientId,
  clean,
  keepalive,
  username,
  password,
  will,
  properties,
}: IConnectPacket) {
  return {
    protocolVersion,
    // Each side makes its own.
    clientId: clientId.startsWith('nodered') ? 'made' : clientId,
    clean,
    keepalive,
    username,
    password: password?.toString(),
    will: will && plainPacket({ cmd: 'publish', dup: false, ...will } as Parameters<typeof plainPacket>[0], '\0'),
    userProperties: { ...properties?.userProperties },
    // Left out, it is 0 (MQTT 5, section 3.1.2.11.2).
    sessionExpiryInterval: properties?.sessionExpiryInterval ?? 0,
  };
}

function filtersOf({ subscriptions }: ISubscribePacket): object[] {
  return subscriptions.map(({ topic, qos }) => ({ topic, qos }));
}
