// Which node keeps its state under which key of a context. Two nodes with one key would overwrite each other.

import type { Node } from 'node-red';

const PARENT = '$parent.';

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
export function takeKey(wanted: StateKey, node: Node): Node | undefined {
  const { context, store, key } = inItsContext(wanted);
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
export function leaveKey(left: StateKey, node: Node): void {
  const { context, store, key } = inItsContext(left);
  const keys = keepers.get(context);
  const place = placeOf(store, key);
  if (keys?.get(place) === node) keys.delete(place);
}

/** A key of a subflow may be in the context of the flow around it, which all of its instances share. */
function inItsContext({ context, store, key }: StateKey): StateKey {
  // Node-RED gives the context of a flow or subflow that of the one around it.
  const { $parent: around } = context as { readonly $parent?: object };
  if (!around || !key.startsWith(PARENT)) return { context, store, key };
  return inItsContext({ context: around, store, key: key.slice(PARENT.length) });
}

function placeOf(store: string | undefined, key: string): string {
  return JSON.stringify([store ?? 'default', key]);
}
