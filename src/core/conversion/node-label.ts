// What a node is called where a conversion speaks of it. Runs in the editor too.

import { withoutSecrets } from '../servers/server-url';
import { isRecord } from '../values/plain-value';
import { type FlowNode, textOf } from './flow-node';
import { textOfLiteral } from './saved-text';

/** A short name for `node`: its own, or what it subscribes or publishes to, or connects to, or its type. */
export function labelOf(node: FlowNode): string {
  const candidates = [textOf(node.name), topicOf(node), textOf(first(node.subscriptions)?.filter), serverOf(node)];
  return candidates.find((text) => text !== '') ?? node.type;
}

function topicOf({ topic, topicType }: FlowNode): string {
  const value = textOf(topic);
  // What looks like a template is in quotation marks there.
  return (topicType === 'jsonata' ? textOfLiteral({ value, type: 'jsonata' }) : undefined) ?? value;
}

/** Host and port, as the core shows them, or an address. Other nodes have the identifier of their broker node in `broker`. */
function serverOf({ type, servers, broker, port }: FlowNode): string {
  const address = textOf(first(servers)?.url);
  if (address !== '' || type !== 'mqtt-broker') return withoutSecrets(address);
  const host = textOf(broker);
  return withoutSecrets(host.includes('://') || textOf(port) === '' ? host : `${host}:${textOf(port)}`);
}

function first(list: unknown): Readonly<Record<string, unknown>> | undefined {
  const entry: unknown = Array.isArray(list) ? list[0] : undefined;
  return isRecord(entry) ? entry : undefined;
}
