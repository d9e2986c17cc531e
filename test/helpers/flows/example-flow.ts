// An example as it is imported, running in the harness: its buttons are pressed, and its debug nodes are read.

import assert from 'node:assert/strict';
import { freePort } from '../servers/free-port';
import { type FlowNode as ExampleNode, readExamples } from './flow-files';
import { coreNodes, type Flow, type FlowMessage, type FlowNode, loadFlow, TAB } from './flow-harness';
import type { Inbox } from './inbox';

/** The nodes of Node-RED that examples use, and that the harness has not. */
const CORE = [
  'common/20-inject',
  'function/10-function',
  'function/10-switch',
  'function/15-change',
  'function/89-delay',
  'sequence/17-split',
].map(coreNodes);
/** They explain, or the harness has its own. */
const LEFT_OUT = new Set(['comment', 'tab', 'http in', 'http response', 'template']);

export class ExampleFlow {
  readonly flow: Flow;
  readonly #nodes: readonly ExampleNode[];

  private constructor(flow: Flow, nodes: readonly ExampleNode[]) {
    this.flow = flow;
    this.#nodes = nodes;
  }

  /**
   * Runs the example whose name begins with `name`, and returns when it is connected. Ports for devices are free ones, and
   * inject nodes wait for press(), which are the differences to what is imported.
   */
  static async run(name: string): Promise<ExampleFlow> {
    const example = readExamples().find((each) => each.name.startsWith(name));
    assert.ok(example, name);
    const nodes = (await withFreePorts(example.nodes)).filter(({ type }) => !LEFT_OUT.has(type));
    const env = example.nodes.find(({ type }) => type === 'tab')?.env ?? [];
    const started = [{ ...TAB, env }, ...nodes.map((node) => inHarness(node, nodes))] as FlowNode[];
    const flow = await loadFlow(started, {}, ...CORE);
    const ofType = (type: string): string[] => nodes.filter((node) => node.type === type).map(({ id }) => id);
    const connecting = ['publish', 'subscribe', 'request'].flatMap((stem) => ofType(`mqtt-flows-${stem}`));
    // A node that sends by itself shows when, and sends once it is connected.
    const byItself = new Set(nodes.filter(({ atConnection }) => atConnection === true).map(({ id }) => id));
    // A node whose filters are filled in shows them.
    const filledIn = nodes.filter(({ subscriptions }) => JSON.stringify(subscriptions)?.includes('filterType'));
    const filling = new Set(filledIn.map(({ id }) => id));
    await flow.connected(...connecting.filter((id) => !byItself.has(id) && !filling.has(id)));
    const isGreen = ({ fill }: { readonly fill?: string | undefined }): boolean => fill === 'green';
    await Promise.all([...filling].map((id) => flow.statuses(id).latest('its filters', isGreen)));
    // A node that has filters shows how many topics it knows.
    await Promise.all(ofType('mqtt-flows-state').map((id) => flow.showing(id, 'topics')));
    return new ExampleFlow(flow, nodes);
  }

  /** Presses the button of the inject node of that name. */
  press(button: string): void {
    const node = this.#nodes.find(({ type, name }) => type === 'inject' && name === button);
    assert.ok(node, button);
    this.flow.inject(node.id, {});
  }

  /** What the debug node of that name shows. */
  shown(debug: string): Inbox<FlowMessage> {
    const node = this.#nodes.find(({ type, name }) => type === 'debug' && name === debug);
    assert.ok(node, debug);
    return this.flow.received(node.id);
  }

  /** Gives a message to the node of that name. */
  give(name: string, message: object): void {
    const node = this.#nodes.find((each) => each.name === name);
    assert.ok(node, name);
    this.flow.inject(node.id, message);
  }
}

/** The nodes without their tab: the harness has one of its own. A collector stands for each debug node. */
function inHarness(node: ExampleNode, all: readonly ExampleNode[]): object {
  const { z: _tab, ...others } = node;
  if (node.type === 'debug') return { id: node.id, type: 'test-collect', wires: [] };
  if (!node.wires) return others;
  const wires = node.wires.map((targets) => targets.filter((id) => all.some((each) => each.id === id)));
  if (node.type === 'inject') return { ...others, wires, once: false, repeat: '' };
  return { ...others, wires };
}

/** Example nodes whose brokers inside Node-RED have free ports in the place of their own. */
async function withFreePorts(nodes: readonly ExampleNode[]): Promise<readonly ExampleNode[]> {
  let text = JSON.stringify(nodes);
  for (const port of new Set(text.match(/(?<="port":)\d+/g))) text = text.replaceAll(port, String(await freePort()));
  return JSON.parse(text) as ExampleNode[];
}
