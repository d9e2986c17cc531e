// Which node keeps its state under which key of a context. Two nodes with one key would overwrite each other.

import type { Node } from 'node-red';

/** By the context of a flow or of all flows: the node that has a key, by store and key. */
const keepers = new WeakMap<object, Map<string, Node>>();

/** A key in a store of a context. */
export interface StateKey {
  readonly context: object;
  /** Without a name: the store that Node-RED uses then. */
  readonly store: string | undefined;
  readonly key: string;
}

/**
 * Gives a key to `node`, unless another node has it, which is returned then. The next instance of a node takes the key
 * of the one before.
 */
export function takeKey({ context, store, key }: StateKey, node: Node): Node | undefined {
  let keys = keepers.get(context);
  if (!keys) {
    keys = new Map();
    keepers.set(context, keys);
  }
  const place = placeOf(store, key);
  const keeper = keys.get(place);
  if (keeper && keeper.id !== node.id) return keeper;
  keys.set(place, node);
  return undefined;
}

/** Others may have the key, if it was that of `node`. */
export function leaveKey({ context, store, key }: StateKey, node: Node): void {
  const keys = keepers.get(context);
  const place = placeOf(store, key);
  if (keys?.get(place) === node) keys.delete(place);
}

function placeOf(store: string | undefined, key: string): string {
  return JSON.stringify([store ?? 'default', key]);
}
