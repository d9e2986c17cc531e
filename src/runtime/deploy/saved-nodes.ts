// The saved state of a node in a form that can be compared, which shows whether a deploy has changed the node.

import { createHash } from 'node:crypto';
import type { NodeAPI, NodeDef } from 'node-red';

/** A digest of the settings and credentials of node `id` in Node-RED's current flows, except its name. */
export function savedState(RED: NodeAPI, id: string): string {
  let saved: object | undefined;
  RED.nodes.eachNode((definition) => {
    if (definition.id === id) saved = { ...definition, name: undefined, credentials: undefined };
  });
  return digest([saved, RED.nodes.getCredentials(id)]);
}

/**
 * Whether a node with this id is in Node-RED's current flows. In an instance of a subflow, the id consists of the id of
 * the instance and the id in the template, joined by a hyphen. Subflows may be nested.
 */
export function isSaved(RED: NodeAPI, id: string): boolean {
  return definitionIn(definitionsOf(RED), id) !== undefined;
}

type Definitions = ReadonlyMap<string, NodeDef>;

/** A deploy may stop many nodes at once: one list serves all of them within one turn of the event loop. */
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

/** The definition of node `id`: its own, or that in a template. */
function definitionIn(definitions: Definitions, id: string): NodeDef | undefined {
  const own = definitions.get(id);
  if (own) return own;
  // Ids may contain hyphens.
  for (let at = id.indexOf('-'); at > 0; at = id.indexOf('-', at + 1)) {
    const instance = definitionIn(definitions, id.slice(0, at));
    const found = instance && memberOf(definitions, instance, id.slice(at + 1));
    if (found) return found;
  }
  return undefined;
}

function memberOf(definitions: Definitions, instance: NodeDef, id: string): NodeDef | undefined {
  if (instance.type === 'tab' || instance.type === 'subflow') return undefined;
  // The template of a subflow from a module is not public. Its nodes exist as long as the instance does.
  if (!instance.type.startsWith('subflow:')) return instance;
  const member = definitions.get(id);
  return member && `subflow:${member.z}` === instance.type ? member : undefined;
}

/** A hash that is equal for equal values, which may include secrets. */
export function digest(values: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('base64');
}

/** The id in the editor. A node in a subflow instance is a copy of a node in the template, with an id of its own. */
export function editorId(node: { readonly id: string }): string {
  return '_alias' in node && typeof node._alias === 'string' ? node._alias : node.id;
}
