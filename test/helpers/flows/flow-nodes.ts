// The nodes of test flows as the editor saves them: the defaults, and what a test changes.

import { randomBytes } from 'node:crypto';
import { type AcknowledgeConfig, acknowledgeDefaults } from '#src/settings/acknowledge.config';
import { type BrokerConfig, brokerDefaults } from '#src/settings/broker.config';
import { type PublishConfig, publishDefaults } from '#src/settings/publish.config';
import { type ReplayConfig, replayDefaults } from '#src/settings/replay.config';
import { type RequestConfig, requestDefaults } from '#src/settings/request.config';
import { type RouterConfig, type RuleConfig, routerDefaults, ruleDefaults } from '#src/settings/router.config';
import { type StateConfig, type StateRowConfig, stateDefaults, stateRowDefaults } from '#src/settings/state.config';
import {
  type SubscribeConfig,
  type SubscriptionConfig,
  subscribeDefaults,
  subscriptionDefaults,
} from '#src/settings/subscribe.config';
import type { FlowNode } from './flow-harness';

/** A name that no other test uses, for topics and broker nodes: an embedded broker outlives its node. */
export function unique(name: string): string {
  return `${name}-${randomBytes(6).toString('hex')}`;
}

/** Short delays between attempts, so that an outage in a test does not take seconds. */
export const quickReconnect = { minDelay: 20, maxDelay: 40 };

export function brokerNode(id: string, settings: Partial<BrokerConfig>): FlowNode {
  return { ...brokerDefaults, reconnect: quickReconnect, ...settings, id, type: 'mqtt-flows-broker' };
}

export function serverNode(id: string, port: number, settings: Partial<BrokerConfig> = {}): FlowNode {
  return brokerNode(id, { servers: [{ url: `mqtt://127.0.0.1:${port}` }], ...settings });
}

export function embeddedNode(id: string, embedded: Partial<BrokerConfig['embedded']> = {}): FlowNode {
  return brokerNode(id, { connectTo: 'embedded', embedded: { ...brokerDefaults.embedded, ...embedded } });
}

/** A filter, or a filter with options. */
type Subscription = string | Partial<SubscriptionConfig>;

/** A subscribe node `id` that sends to the collector `<id>-out`. */
export function subscribeNodes(
  id: string,
  broker: string,
  subscriptions: readonly Subscription[],
  settings: Partial<SubscribeConfig> = {},
): FlowNode[] {
  const entries = subscriptions.map((entry) => ({
    ...subscriptionDefaults,
    qos: 1,
    ...(typeof entry === 'string' ? { filter: entry } : entry),
  }));
  return withCollector({
    ...subscribeDefaults,
    ...settings,
    subscriptions: entries,
    broker,
    id,
    type: 'mqtt-flows-subscribe',
  });
}

/** A publish node `id` that sends to the collector `<id>-out`. */
export function publishNodes(id: string, broker: string, settings: Partial<PublishConfig> = {}): FlowNode[] {
  return withCollector({ ...publishDefaults, ...settings, broker, id, type: 'mqtt-flows-publish' });
}

/** A request node `id` that sends to the collector `<id>-out`. */
export function requestNodes(id: string, broker: string, settings: Partial<RequestConfig> = {}): FlowNode[] {
  return withCollector({ ...requestDefaults, ...settings, broker, id, type: 'mqtt-flows-request' });
}

/** A filter, or a filter with the other settings of its rule. */
export type Rule = string | Partial<RuleConfig>;

export interface RouterSetup extends Omit<Partial<RouterConfig>, 'rules'> {
  readonly rules?: readonly Rule[];
}

/** A router node `id` that sends to the collectors `<id>-out-1`, `<id>-out-2` and so on. */
export function routerNodes(id: string, settings: RouterSetup): FlowNode[] {
  const rules = (settings.rules ?? routerDefaults.rules).map((rule) => ({
    ...ruleDefaults,
    ...(typeof rule === 'string' ? { filter: rule } : rule),
  }));
  const { dynamic, otherwise } = { ...routerDefaults, ...settings };
  const outputs = rules.length + (dynamic ? 1 : 0) + (otherwise ? 1 : 0);
  const collectors = Array.from({ length: outputs }, (_, index) => `${id}-out-${index + 1}`);
  const wires = collectors.map((collector) => [collector]);
  return [
    { ...routerDefaults, ...settings, rules, outputs, id, type: 'mqtt-flows-router', wires },
    ...collectors.map(collectorNode),
  ];
}

export interface StateSetup extends Omit<Partial<StateConfig>, 'subscriptions'> {
  readonly subscriptions?: readonly (string | Partial<StateRowConfig>)[];
}

/** A topic state node `id` that sends to the collectors `<id>-out-1`, `<id>-out-2` and so on. */
export function stateNodes(id: string, settings: StateSetup): FlowNode[] {
  const rows = (settings.subscriptions ?? []).map((row) => ({
    ...stateRowDefaults,
    qos: 1,
    ...(typeof row === 'string' ? { filter: row } : row),
  }));
  const outputs = settings.unknown === 'output' ? 4 : 3;
  const collectors = Array.from({ length: outputs }, (_, index) => `${id}-out-${index + 1}`);
  const wires = collectors.map((collector) => [collector]);
  return [
    { ...stateDefaults, ...settings, subscriptions: rows, outputs, id, type: 'mqtt-flows-state', wires },
    ...collectors.map(collectorNode),
  ];
}

/** A replay node `id` that sends to the collector `<id>-out`. */
export function replayNodes(id: string, settings: Partial<ReplayConfig>): FlowNode[] {
  return withCollector({ ...replayDefaults, ...settings, id, type: 'mqtt-flows-replay' });
}

/** An acknowledge node `id` that sends to the collector `<id>-out`. */
export function acknowledgeNodes(id: string, settings: Partial<AcknowledgeConfig> = {}): FlowNode[] {
  return withCollector({ ...acknowledgeDefaults, ...settings, id, type: 'mqtt-flows-acknowledge' });
}

export function collectorNode(id: string): FlowNode {
  return { id, type: 'test-collect', wires: [] };
}

function withCollector(node: FlowNode): FlowNode[] {
  const collector = `${node.id}-out`;
  return [{ ...node, wires: [[collector]] }, collectorNode(collector)];
}
