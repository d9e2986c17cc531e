// What the other nodes know of a broker node, and how they find theirs.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Connection } from '../connection/connection';
import { MqttFlowsError } from '../core/mqtt-flows-error';

export const BROKER_TYPE = 'mqtt-flows-broker';

export interface BrokerNode extends Node {
  /** Undefined when the configuration of the broker node cannot work; it has reported why. */
  connection: Connection | undefined;
  /** Counts a node as a user: a connection that nobody uses is not opened. */
  addUser(node: Node): void;
}

export type BrokerResult =
  | { readonly ok: true; readonly connection: Connection }
  | { readonly ok: false; readonly error: MqttFlowsError };

/** The connection that `node` is to use, by the id of its broker node. */
export function useBroker(RED: NodeAPI, node: Node, brokerId: string): BrokerResult {
  const broker: Node | null = brokerId ? RED.nodes.getNode(brokerId) : null;
  if (!broker || !isBrokerNode(broker)) {
    const code = isDisabled(RED, brokerId) ? 'broker-disabled' : 'broker-missing';
    return { ok: false, error: new MqttFlowsError(code, { stage: 'config' }) };
  }
  if (!broker.connection) return { ok: false, error: new MqttFlowsError('broker-unusable', { stage: 'config' }) };
  broker.addUser(node);
  return { ok: true, connection: broker.connection };
}

function isBrokerNode(node: Node): node is BrokerNode {
  return node.type === BROKER_TYPE;
}

function isDisabled(RED: NodeAPI, id: string): boolean {
  let disabled = false;
  RED.nodes.eachNode((node: NodeDef & { d?: boolean }) => {
    if (node.id === id && node.d) disabled = true;
  });
  return disabled;
}
