// The client identifier of a broker node that leaves it blank: the same at every start, another on every Node-RED.

import { createHash, randomBytes } from 'node:crypto';
import type { NodeAPI } from 'node-red';

/** What Node-RED calls itself when it keeps no identity of its own, as in tests. */
const anonymousInstance = randomBytes(8).toString('hex');

/**
 * 22 characters of a–z and 0–9, which even MQTT 3.1 servers take (MQTT 3.1.1, section 3.1.3.1). Made from the identity
 * that Node-RED keeps for its user directory and the node's id: a flow imported elsewhere gets an identifier of its own.
 */
export function clientIdentifier(RED: NodeAPI, nodeId: string): string {
  const identity = instanceId(RED) ?? anonymousInstance;
  return `nodered${createHash('sha256').update(`${identity}/${nodeId}`).digest('hex').slice(0, 15)}`;
}

function instanceId(RED: NodeAPI): string | undefined {
  // Without storage, as in node-red-node-test-helper, asking for a setting throws.
  if (!RED.settings.available()) return undefined;
  const instance: unknown = RED.settings.get('instanceId');
  return typeof instance === 'string' && instance !== '' ? instance : undefined;
}
