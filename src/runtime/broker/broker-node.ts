// How other nodes find their broker node, and what they use of it.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { EmbeddedBroker } from '../../transport/embedded/embedded-broker';
import type { ControlledConnection } from './broker-connection';

const BROKER_TYPE = 'mqtt-flows-broker';

export interface BrokerNode extends Node {
  /**
   * What other nodes use, or why the broker node cannot work. The broker node itself reports that error on behalf of
   * its users.
   */
  link: BrokerLink;
  /** Node-RED reads this property: the nodes whose flows get the errors of this config node. */
  users: Readonly<Record<string, Node>>;
  addUser(user: Node): void;
  /** The broker inside Node-RED, where the node uses it. */
  embedded?: EmbeddedBroker;
  /** Why devices cannot connect to that broker as the settings say, at present. */
  listenerProblems?(): readonly MqttFlowsError[];
}

export type BrokerLink =
  | ({ readonly ok: true } & ControlledConnection)
  | { readonly ok: false; readonly error: MqttFlowsError; readonly reported: boolean };

/** The connection that `node` uses, by the id of its broker node. */
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

/** Whether the node or its flow is disabled. */
function isDisabled(RED: NodeAPI, id: string): boolean {
  const definitions = new Map<string, NodeDef & { d?: boolean; disabled?: boolean }>();
  RED.nodes.eachNode((definition) => definitions.set(definition.id, definition));
  const node = definitions.get(id);
  return node !== undefined && (node.d === true || definitions.get(node.z ?? '')?.disabled === true);
}
