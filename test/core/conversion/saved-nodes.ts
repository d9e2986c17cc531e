// Nodes of ours as they are saved, and what a conversion makes of them and says.

import type { brokerToCore } from '#src/core/conversion/broker-to-core';
import type { FlowNode } from '#src/core/conversion/flow-node';
import { brokerDefaults } from '#src/settings/broker.config';
import { publishDefaults } from '#src/settings/publish.config';
import { subscribeDefaults } from '#src/settings/subscribe.config';

export function broker(settings: object): FlowNode {
  return { id: 'b', type: 'mqtt-flows-broker', ...brokerDefaults, connectTo: 'server', ...settings };
}

export function subscriber(settings: object): FlowNode {
  return { id: 's', z: 'f', type: 'mqtt-flows-subscribe', ...subscribeDefaults, wires: [[]], ...settings };
}

export function publisher(settings: object): FlowNode {
  return { id: 'p', z: 'f', type: 'mqtt-flows-publish', ...publishDefaults, wires: [[]], ...settings };
}

/** The node, and the keys of what is said, with the property where one is named. */
export function convert(convertOne: (node: FlowNode) => ReturnType<typeof brokerToCore>, node: FlowNode) {
  const result = convertOne(node);
  const said = result.notes.map(({ key, values }) => ('property' in values ? `${key}: ${values.property}` : key));
  return { node: result.ok ? result.node : undefined, said };
}
