// Runs a flow with our nodes inside the Node-RED under test, in this process, and records what its nodes do.

import { once } from 'node:events';
import { dirname, join } from 'node:path';
import type { Node, NodeAPI, NodeContextData, NodeInitializer, NodeMessage, NodeStatus } from 'node-red';
import { nodeRedHome, nodeRedScript, repository, shipped } from '../package/environment';
import { nodeStems } from '../package/package-files';
import { Inbox } from './inbox';

export type FlowNode = { readonly id: string; readonly type: string } & Readonly<Record<string, unknown>>;
export type Credentials = Readonly<Record<string, Readonly<Record<string, string>>>>;
export type FlowMessage = NodeMessage & Record<string, unknown>;

/** A message as a Catch node sends it on. */
export type CaughtMessage = FlowMessage & {
  readonly error: { readonly message: string; readonly code?: string; readonly source: { readonly id: string } };
};

/** The part of node-red-node-test-helper that we use; it has no types. */
interface TestHelper {
  init(runtimePath: string): void;
  settings(settings: object): void;
  load(nodes: readonly NodeInitializer[], flow: readonly FlowNode[], credentials: Credentials): Promise<void>;
  setFlows(flow: readonly FlowNode[], type: DeployType, credentials: Credentials): Promise<void>;
  unload(): Promise<void>;
  getNode(id: string): Node | null;
  log(): { readonly args: readonly unknown[][] };
}

export type DeployType = 'full' | 'flows' | 'nodes';

const helper: TestHelper = require('node-red-node-test-helper');
helper.init(require.resolve('node-red', { paths: [nodeRedHome] }));
/** The files of this package, from build/ or from dist/, never from both: each has its own module state. */
const packageNodes = nodeStems.map(
  (stem): NodeInitializer => require(shipped ? join(repository, `dist/nodes/${stem}`) : `#src/nodes/${stem}`),
);
/** Node-RED's own node for certificates, which broker nodes refer to. */
const tlsConfig = coreNodes('network/05-tls');
/** The helper does not provide hooks to nodes. */
const { hooks }: Pick<NodeAPI, 'hooks'> = require(
  require.resolve('@node-red/util', { paths: [dirname(nodeRedScript)] }),
);
// The helper starts no storage, and without storage Node-RED's get() throws.
helper.settings({ get: (name: string) => (name === 'instanceId' ? 'test-instance' : undefined) });

const PLACE = { x: 0, y: 0 };
export const TAB = { id: 'flow-tab', type: 'tab', label: 'Test', disabled: false };
const CATCH_ALL = {
  ...PLACE,
  id: 'catch-all',
  type: 'catch',
  z: TAB.id,
  scope: null,
  uncaught: false,
  wires: [['caught']],
};
const STATUS_KEYS = '@mqtt-flows/node-red-mqtt-flows/broker:status.';
/** Node-RED has its own texts for these three states. */
const COMMON_STATUS = /^(connected|connecting|disconnected)$/;

let running: Flow | undefined;

/**
 * Loads `nodes` in one tab, with a Catch node, unless they have one, and a Complete node for all of them, and returns when they run. `types` are
 * types of nodes that a test brings.
 */
export async function loadFlow(
  nodes: readonly FlowNode[],
  credentials: Credentials = {},
  ...types: readonly NodeInitializer[]
): Promise<Flow> {
  await unloadFlow();
  const flow = new Flow();
  running = flow;
  await helper.load([flow.registerCollector, tlsConfig, ...packageNodes, ...types], complete(nodes), credentials);
  return flow;
}

/** Node-RED's own nodes of one of its files, such as `function/89-delay`. */
export function coreNodes(file: string): NodeInitializer {
  return require(require.resolve(`@node-red/nodes/core/${file}.js`, { paths: [dirname(nodeRedScript)] }));
}

/** Stops the running flow, if any. Call it after each test. */
export async function unloadFlow(): Promise<void> {
  const flow = running;
  running = undefined;
  if (!flow) return;
  await helper.unload();
  flow.forget();
}

/**
 * Wired nodes belong to the tab and have a position, without which Node-RED takes them for configuration nodes. Those
 * belong to none. A test may bring the tab itself, with variables.
 */
function complete(nodes: readonly FlowNode[]): FlowNode[] {
  return [
    ...(nodes.some(({ id }) => id === TAB.id) ? [] : [TAB]),
    ...nodes.map((node) => ('wires' in node ? { z: TAB.id, ...PLACE, ...node } : node)),
    // The test helper registers the type once for each of its nodes, and only one can be registered.
    ...(nodes.some(({ type }) => type === 'catch') ? [] : [CATCH_ALL]),
    { ...PLACE, id: 'caught', type: 'test-collect', z: TAB.id, wires: [] },
    { ...PLACE, id: 'complete-all', type: 'complete', z: TAB.id, scope: completing(nodes), wires: [['completed']] },
    { ...PLACE, id: 'completed', type: 'test-collect', z: TAB.id, wires: [] },
  ];
}

/** Ids of the nodes that complete messages of their own input. */
function completing(nodes: readonly FlowNode[]): string[] {
  return nodes.filter(({ type }) => /^mqtt(-flows-| in$| out$)/.test(type)).map(({ id }) => id);
}

/** Node-RED's level of errors in the log. */
const ERROR = 20;

export class Flow {
  readonly #received = new Map<string, Inbox<FlowMessage>>();
  readonly #statuses = new Map<string, Inbox<NodeStatus>>();
  #api: NodeAPI | undefined;

  /** Messages that the collector `id` has received. */
  received(id: string): Inbox<FlowMessage> {
    return inboxOf(this.#received, id, `messages at ${id}`);
  }

  /** All messages of the Catch node. */
  get caught(): Inbox<CaughtMessage> {
    // The Catch node puts `error` into every message that it sends to this collector.
    return this.received('caught') as Inbox<FlowMessage> as Inbox<CaughtMessage>;
  }

  /** The messages that our nodes have completed without an error. */
  get completed(): Inbox<FlowMessage> {
    return this.received('completed');
  }

  /** Codes of the errors caught so far. */
  get caughtCodes(): (string | undefined)[] {
    return this.caught.all.map(({ error }) => error.code);
  }

  /** Every status that node `id` has shown. */
  statuses(id: string): Inbox<NodeStatus> {
    return inboxOf(this.#statuses, id, `status of ${id}`);
  }

  /** Resolves when node `id` shows the status of this key of Node-RED or of ours, such as `connected`. */
  showing(id: string, key: string): Promise<NodeStatus> {
    const full = COMMON_STATUS.test(key) ? `node-red:common.status.${key}` : STATUS_KEYS + key;
    // Of a connection that waits for long, the time of its next attempt follows.
    return this.statuses(id).latest(key, ({ text }) => text === full || text?.startsWith(`${full} ↻ `) === true);
  }

  /** Resolves when all of these nodes are connected. Subscriptions of subscribe nodes are granted by then. */
  async connected(...ids: string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.showing(id, 'connected')));
  }

  /** Gives `message` to the input of node `id`. */
  inject(id: string, message: object): void {
    const node = helper.getNode(id);
    if (!node) throw new Error(`There is no node ${id}`);
    // Tests send everything that a flow may send, including bad values.
    node.receive(message as NodeMessage);
  }

  /** The context of the flow that node `id` is in, or of all flows. */
  context(id: string, scope: 'flow' | 'global'): NodeContextData {
    const node = helper.getNode(id);
    if (!node) throw new Error(`There is no node ${id}`);
    return node.context()[scope];
  }

  /** Deploys `nodes` in place of those that run, and returns when they do. */
  async deploy(type: DeployType, nodes: readonly FlowNode[], credentials: Credentials = {}): Promise<void> {
    if (!this.#api) throw new Error('No flow is loaded');
    const started = once(this.#api.events, 'flows:started');
    await helper.setFlows(complete(nodes), type, credentials).catch((error: Error) => {
      // The helper begins to listen too late for the start of a small flow. `started` does not.
      if (error.message !== 'timeout waiting event') throw error;
    });
    await started;
  }

  /** What node `id` has written to Node-RED's log as errors. */
  errorsLogged(id: string): string[] {
    const entries = helper.log().args.flat() as readonly { level: number; id?: string; msg: unknown }[];
    return entries.filter((entry) => entry.level === ERROR && entry.id === id).map(({ msg }) => String(msg));
  }

  /** Node-RED's log, and all statuses and errors of the nodes, as text. */
  everythingTold(): string {
    const seen = new WeakSet<object>();
    const told = [helper.log().args, [...this.#statuses.values()].map(({ all }) => all), this.caught.all];
    return JSON.stringify(told, (_key, value: unknown) => {
      if (value instanceof Error) return { ...value, message: value.message };
      if (typeof value !== 'object' || value === null) return value;
      if (seen.has(value)) return undefined;
      seen.add(value);
      return value;
    });
  }

  /** Registers the type of node that keeps every message it receives, from its start on. */
  readonly registerCollector = (RED: NodeAPI): void => {
    this.#api = RED;
    RED.hooks = hooks;
    RED.events.on('node-status', this.#statusShown);
    const received = (id: string): Inbox<FlowMessage> => this.received(id);
    RED.nodes.registerType('test-collect', function construct(this: Node, definition) {
      RED.nodes.createNode(this, definition);
      this.on('input', (message, _send, done) => {
        received(this.id).push(message as FlowMessage);
        done();
      });
    });
  };

  forget(): void {
    this.#api?.events.off('node-status', this.#statusShown);
  }

  readonly #statusShown = ({ id, status }: { id: string; status: NodeStatus }): void => {
    this.statuses(id).push(status);
  };
}

function inboxOf<T>(inboxes: Map<string, Inbox<T>>, id: string, name: string): Inbox<T> {
  let inbox = inboxes.get(id);
  if (!inbox) {
    inbox = new Inbox(name);
    inboxes.set(id, inbox);
  }
  return inbox;
}
