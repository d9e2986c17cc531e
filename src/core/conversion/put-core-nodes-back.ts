// From our nodes to the core MQTT nodes, where they have a counterpart. Runs in the editor too.

import { brokerToCore } from './broker-to-core';
import { note } from './conversion-note';
import type { Direction } from './direction';
import type { FlowNode } from './flow-node';
import { publishToCore } from './publish-to-core';
import { type FlowConversion, replaceNodes } from './replace-nodes';
import { subscribeToCore } from './subscribe-to-core';

const TO_CORE: Omit<Direction, 'convertBroker'> = {
  brokerType: 'mqtt-flows-broker',
  convert(node) {
    if (node.type === 'mqtt-flows-subscribe') return subscribeToCore(node);
    return node.type === 'mqtt-flows-publish' ? publishToCore(node) : undefined;
  },
  apart(node) {
    const { clientid } = node;
    if (typeof clientid !== 'string' || clientid === '') return { node, notes: [] };
    const changed = `${clientid}-core`;
    return { node: { ...node, clientid: changed }, notes: [note('clientIdChanged', { clientId: changed })] };
  },
};

/**
 * Replaces those of our nodes of `flow` that `chosen` names by core nodes. Nodes without a counterpart stay. `userNames` says
 * whether broker nodes have their user names with them.
 */
export function putCoreNodesBack(
  flow: readonly FlowNode[],
  chosen: (node: FlowNode) => boolean = () => true,
  userNames: 'known' | 'unknown' = 'known',
): FlowConversion {
  return replaceNodes(flow, { ...TO_CORE, convertBroker: (node) => brokerToCore(node, userNames) }, chosen);
}
