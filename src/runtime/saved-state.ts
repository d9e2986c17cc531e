// What is saved of a node, as something that can be compared: it tells whether a deploy has changed the node.

import { createHash } from 'node:crypto';
import type { NodeAPI } from 'node-red';

/** The settings and credentials of node `id` in the flows that Node-RED has, but for its name, as a digest. */
export function savedState(RED: NodeAPI, id: string): string {
  let saved: object | undefined;
  RED.nodes.eachNode((definition) => {
    if (definition.id === id) saved = { ...definition, name: undefined, credentials: undefined };
  });
  return digest([saved, RED.nodes.getCredentials(id)]);
}

/** The same for equal values. Secrets may be part of them. */
export function digest(values: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('base64');
}
