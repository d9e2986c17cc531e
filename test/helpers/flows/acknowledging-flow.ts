// A flow whose subscribe node acknowledges later, with a server that records when it does.

import assert from 'node:assert/strict';
import type { BrokerConfig } from '#src/settings/broker.config';
import type { SubscribeConfig, SubscriptionConfig } from '#src/settings/subscribe.config';
import { AcknowledgingServer } from '../servers/acknowledging-server';
import { coreNodes, type Flow, type FlowNode, loadFlow, unloadFlow } from './flow-harness';
import { serverNode, subscribeNodes, unique } from './flow-nodes';
import { Gates } from './gate-nodes';

const CORE_NODES = [
  'common/60-link',
  'function/10-function',
  'function/15-change',
  'function/89-delay',
  'sequence/17-split',
  'storage/10-file',
].map(coreNodes);

/** A tab without a Catch node. */
export const QUIET_TAB = { id: 'quiet-tab', type: 'tab', label: 'Quiet', disabled: false };

export class AcknowledgingFlow {
  readonly server: AcknowledgingServer;
  readonly gates = new Gates();
  readonly broker = unique('broker');
  readonly #settings: Partial<SubscribeConfig>;
  readonly #brokerSettings: Partial<BrokerConfig>;

  private constructor(
    server: AcknowledgingServer,
    settings: Partial<SubscribeConfig>,
    brokerSettings: Partial<BrokerConfig>,
  ) {
    this.server = server;
    this.#settings = settings;
    this.#brokerSettings = brokerSettings;
  }

  /** Starts the server, without a flow. `settings` apply to each subscribe node. */
  static async prepare(
    settings: Partial<SubscribeConfig>,
    brokerSettings: Partial<BrokerConfig> = {},
  ): Promise<AcknowledgingFlow> {
    return new AcknowledgingFlow(await AcknowledgingServer.start(), settings, brokerSettings);
  }

  /**
   * `nodes`, with a broker node and the subscribe node `sub`, which is wired to the first of `nodes` in the same tab. `row`
   * applies to its filter, `t/#`.
   */
  nodes(
    nodes: readonly FlowNode[],
    settings: Partial<SubscribeConfig> = {},
    row: Partial<SubscriptionConfig> = {},
  ): FlowNode[] {
    const all = { ...this.#settings, ...settings };
    const [sub] = subscribeNodes('sub', this.broker, [{ filter: 't/#', qos: 2, ...row }], all);
    assert.ok(sub);
    const first = nodes[0];
    const place = first?.z === undefined ? {} : { z: first.z };
    const wired = { ...sub, ...place, wires: [first ? [first.id] : []] };
    return [
      serverNode(this.broker, this.server.port, { keepalive: 1, ...this.#brokerSettings }),
      QUIET_TAB,
      wired,
      ...nodes,
    ];
  }

  /** Starts the flow, and returns when it has subscribed. */
  async start(
    nodes: readonly FlowNode[],
    settings: Partial<SubscribeConfig> = {},
    row: Partial<SubscriptionConfig> = {},
  ): Promise<Flow> {
    const flow = await loadFlow(this.nodes(nodes, settings, row), {}, this.gates.register, ...CORE_NODES);
    await flow.connected('sub');
    return flow;
  }

  async stop(): Promise<void> {
    await unloadFlow();
    await this.server.stop();
  }
}
