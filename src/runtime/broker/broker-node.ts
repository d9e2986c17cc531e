// What the other nodes know of a broker node, and how they find theirs.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { ControlledConnection } from './broker-connection';

const BROKER_TYPE = 'mqtt-flows-broker';

export interface BrokerNode extends Node {
  /** What its users use, or why the broker node cannot work; it reports that itself, on behalf of its users. */
  link: BrokerLink;
  /** Node-RED's own name for the nodes whose flows hear of an error of this one. */
  users: Readonly<Record<string, Node>>;
  addUser(user: Node): void;
}

export type BrokerLink =
  | ({ readonly ok: true } & ControlledConnection)
  | { readonly ok: false; readonly error: MqttFlowsError; readonly reported: boolean };

/** The connection that `node` is to use, by the id of its broker node. */
export function useBroker(RED: NodeAPI, node: Node, brokerId: string): BrokerLink {
  const broker = findBroker(RED, brokerId);
  if (!broker) {
    const code = isDisabled(RED, brokerId) ? 'broker-disabled' : 'broker-missing';
    return { ok: false, error: new MqttFlowsError(code, { stage: 'config' }), reported: false };
  }
  broker.addUser(node);
  return broker.link;
}

/** The deployed broker node with this id. */
export function findBroker(RED: NodeAPI, id: string): BrokerNode | undefined {
  const node: Node | null = RED.nodes.getNode(id);
  return node && isBrokerNode(node) ? node : undefined;
}

function isBrokerNode(node: Node): node is BrokerNode {
  return node.type === BROKER_TYPE;
}

/** The node itself is disabled, or the flow that it belongs to. */
function isDisabled(RED: NodeAPI, id: string): boolean {
  const definitions = new Map<string, NodeDef & { d?: boolean; disabled?: boolean }>();
  RED.nodes.eachNode((definition) => definitions.set(definition.id, definition));
  const node = definitions.get(id);
  return node !== undefined && (node.d === true || definitions.get(node.z ?? '')?.disabled === true);
}
