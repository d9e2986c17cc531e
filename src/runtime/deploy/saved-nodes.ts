// What is saved of a node, as something that can be compared: it tells whether a deploy has changed the node.

import { createHash } from 'node:crypto';
import type { NodeAPI, NodeDef } from 'node-red';

/** The settings and credentials of node `id` in the flows that Node-RED has, but for its name, as a digest. */
export function savedState(RED: NodeAPI, id: string): string {
  let saved: object | undefined;
  RED.nodes.eachNode((definition) => {
    if (definition.id === id) saved = { ...definition, name: undefined, credentials: undefined };
  });
  return digest([saved, RED.nodes.getCredentials(id)]);
}

/**
 * Whether a node of this id is in the flows that Node-RED has. In the instance of a subflow, its id is that of the instance
 * and that in the template, joined by a hyphen; subflows may be in subflows.
 */
export function isSaved(RED: NodeAPI, id: string): boolean {
  return definitionIn(definitionsOf(RED), id) !== undefined;
}

type Definitions = ReadonlyMap<string, NodeDef>;

/** Many nodes may ask while a deploy stops them: one list does for all that ask in one turn of the event loop. */
let latest: { readonly RED: NodeAPI; readonly definitions: Definitions } | undefined;

function definitionsOf(RED: NodeAPI): Definitions {
  if (latest?.RED === RED) return latest.definitions;
  const definitions = new Map<string, NodeDef>();
  RED.nodes.eachNode((definition) => definitions.set(definition.id, definition));
  latest = { RED, definitions };
  setImmediate(() => {
    latest = undefined;
  });
  return definitions;
}

/** What makes a node `id`: its own definition, or that in a template. */
function definitionIn(definitions: Definitions, id: string): NodeDef | undefined {
  const own = definitions.get(id);
  if (own) return own;
  // Ids may have hyphens of their own.
  for (let at = id.indexOf('-'); at > 0; at = id.indexOf('-', at + 1)) {
    const instance = definitionIn(definitions, id.slice(0, at));
    const found = instance && memberOf(definitions, instance, id.slice(at + 1));
    if (found) return found;
  }
  return undefined;
}

function memberOf(definitions: Definitions, instance: NodeDef, id: string): NodeDef | undefined {
  if (instance.type === 'tab' || instance.type === 'subflow') return undefined;
  // A subflow that is installed as a module has a template that nobody is told: it has what it has.
  if (!instance.type.startsWith('subflow:')) return instance;
  const member = definitions.get(id);
  return member && `subflow:${member.z}` === instance.type ? member : undefined;
}

/** The same for equal values. Secrets may be part of them. */
export function digest(values: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('base64');
}

/** A node of a subflow's instance is a copy, with an id of its own, of the one in the template that the editor shows. */
export function editorId(node: { readonly id: string }): string {
  return '_alias' in node && typeof node._alias === 'string' ? node._alias : node.id;
}
