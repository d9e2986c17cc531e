// Nodes that finish their messages after Node-RED has stopped them. Other stopped nodes drop theirs, and some call `done` for
// them all the same.

import type { Node } from 'node-red';

const lasting = new WeakSet<Node>();

/** `node` calls `done` for a message only when the message is dealt with, even after it was stopped. */
export function lasts(node: Node): void {
  lasting.add(node);
}

/** Whether `done` of a stopped `node` holds. With nodes behind it, it does not: they get nothing from a stopped one. */
export function isLasting(node: Node): boolean {
  return lasting.has(node) && !leadsOn(node);
}

/** Whether nodes are wired to the outputs of `node`. */
export function leadsOn(node: Node): boolean {
  return wiresOf(node).some((targets) => targets.length > 0);
}

/** The identifiers of the nodes that are wired to each output of `node`. */
export function wiresOf(node: Node): readonly (readonly string[])[] {
  // Node-RED's type lacks it.
  return (node as Node & { readonly wires?: readonly (readonly string[])[] }).wires ?? [];
}
