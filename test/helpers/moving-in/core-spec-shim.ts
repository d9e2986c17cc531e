// Lets the test file of Node-RED's own MQTT nodes run against ours: mocha loads this before it. Each flow that it loads is
// converted first, and what it asks of a core node is answered from the node that has taken its place.

import Module from 'node:module';
import type { Node, NodeInitializer } from 'node-red';
import type { Connection } from '#src/connection/connection';
import { conversionDefaults } from '#src/core/conversion/conversion-options';
import type { FlowNode } from '#src/core/conversion/flow-node';
import { replaceCoreNodes } from '#src/core/conversion/replace-core-nodes';
import { convertedFlow } from '#src/core/conversion/replace-nodes';
import type { BrokerNode } from '#src/runtime/broker/broker-node';
import { nodeStems } from '../package/package-files';
import { TcpProxy } from '../servers/tcp-proxy';

interface Helper {
  init(runtimePath: string): void;
  settings(settings: object): void;
  load(nodes: unknown, flow: readonly FlowNode[], loaded: () => void): void;
  getNode(id: string): Node | null;
}

const helper: Helper = require('node-red-node-test-helper');
helper.init(require.resolve('node-red'));
helper.settings({ get: (name: string) => (name === 'instanceId' ? 'core-spec' : undefined) });
const ours = nodeStems.map((stem): NodeInitializer => require(`#src/nodes/${stem}`));

/** By the id of a broker node: the way to the server, which a test can cut. */
const ways = new Map<string, TcpProxy>();
/** Broker nodes that connect by themselves. */
let connecting: ReadonlySet<string> = new Set();
/** Nodes with an input that receive. */
let dynamic: ReadonlySet<string> = new Set();
const load = helper.load.bind(helper);
const getNode = helper.getNode.bind(helper);

helper.load = (_nodes, flow, loaded) => {
  const reached = reachedByProxy(flow);
  const moved = convertedFlow(reached, replaceCoreNodes(reached, conversionDefaults));
  connecting = new Set(moved.filter(({ autoConnect }) => autoConnect === true).map(({ id }) => id));
  dynamic = new Set(moved.filter(({ inputs }) => inputs === 1).map(({ id }) => id));
  load(ours, placed(moved), loaded);
};

/** The file leaves out the tab that each node of a real flow has, and its place, without which it is a configuration node. */
function placed(flow: readonly FlowNode[]): FlowNode[] {
  const z = 'core-spec-tab';
  const nodes = flow.map((node) => (node.type === 'mqtt-flows-broker' ? node : { z, x: 0, y: 0, ...node }));
  return [{ id: z, type: 'tab', label: 'Test' }, ...nodes];
}

/** What the file looks at inside the core nodes, answered for ours. */
helper.getNode = (id) => {
  const node = getNode(id);
  if (node?.type === 'mqtt-flows-broker') return seenAs(node, insideBroker(node as BrokerNode));
  return node?.type === 'mqtt-flows-subscribe' ? seenAs(node, insideSubscribe(node)) : node;
};

/** More than the file has broker nodes. They listen before it begins, because it expects a flow to be loaded at once. */
const WAYS = 100;
const free: TcpProxy[] = [];

export const mochaHooks = {
  async beforeAll(): Promise<void> {
    for (let index = 0; index < WAYS; index++) free.push(await TcpProxy.start(Number(process.env.MQTT_BROKER_PORT)));
  },
};

function reachedByProxy(flow: readonly FlowNode[]): FlowNode[] {
  return flow.map((node) => {
    const way = node.type === 'mqtt-broker' ? free.pop() : undefined;
    if (!way) return node;
    ways.set(node.id, way);
    return { ...node, broker: '127.0.0.1', port: way.port };
  });
}

type Inside = Readonly<Record<string, () => unknown>>;

function insideBroker(broker: BrokerNode): Inside {
  const kind = (): string => (broker.link.ok ? broker.link.connection.state.kind : 'closed');
  return {
    // Ways of different lengths lead to the server, so what the core nodes have sent by then has to be answered here.
    connected: () => kind() === 'connected' && broker.link.ok && isAnswered(broker.link.connection),
    // Ours connects when all nodes of the flow are there, the core node with its first user.
    connecting: () => kind() === 'connecting' || (kind() === 'idle' && connecting.has(broker.id)),
    autoConnect: () => connecting.has(broker.id),
    client: () => ({ end: () => ways.get(broker.id)?.cut() }),
  };
}

function isAnswered({ subscriptionsInUse }: Connection): boolean {
  return subscriptionsInUse.every(({ state }) => state.kind !== 'pending');
}

/** The file also gives messages to a node that has no input, which no flow can. The other node of its broker takes those. */
function insideSubscribe(node: Node): Inside {
  const isDynamic = dynamic.has(node.id);
  const other = getNode('mqtt.out');
  return { isDynamic: () => isDynamic, ...(isDynamic || !other ? {} : { receive: () => other.receive.bind(other) }) };
}

/** `node` with properties that the file looks at. */
function seenAs(node: Node, inside: Inside): Node {
  for (const [name, answer] of Object.entries(inside)) {
    Object.defineProperty(node, name, { get: answer, configurable: true, enumerable: true });
  }
  return node;
}

/** The file gets the core nodes by a package that only Node-RED's own repository has. What it gets is never loaded. */
const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
const loadModule = loader._load.bind(Module);
loader._load = (request, ...rest) =>
  request === 'nr-test-utils' ? { require: () => () => undefined } : loadModule(request, ...rest);
