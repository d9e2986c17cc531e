// A node as Node-RED exports it: its id, its type, and whatever else it saves. Runs in the editor too.

import { isRecord } from '../values/plain-value';

export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

/** Whether `value` is an exported flow: a list of nodes. */
export function isFlow(value: unknown): value is readonly FlowNode[] {
  return Array.isArray(value) && value.every(isFlowNode);
}

function isFlowNode(value: unknown): boolean {
  return isRecord(value) && typeof value.id === 'string' && typeof value.type === 'string';
}

/** What Node-RED itself saves with a node, in the order of its exports. The first stand before a node's own properties. */
const BEFORE = ['id', 'type', 'z', 'd', 'g', 'l', 'name'];

/** Properties of `node` that its type does not save: its place, its group, what it looks like, its description. */
function around(node: FlowNode, saved: ReadonlySet<string>): [string, unknown][] {
  return Object.entries(node).filter(([name]) => !saved.has(name) && name !== 'credentials');
}

/**
 * `node` as a node of another type. Of its properties, those in `saved` give way to `settings`; all others stay:
 * identifier, position, group, wires, label, description.
 */
export function asType(
  node: FlowNode,
  type: string,
  saved: readonly string[],
  settings: Readonly<Record<string, unknown>>,
): FlowNode {
  const kept = around(node, new Set(saved));
  const first = kept.filter(([name]) => BEFORE.includes(name));
  const rest = kept.filter(([name]) => !BEFORE.includes(name));
  return { ...Object.fromEntries(first), id: node.id, type, ...settings, ...Object.fromEntries(rest) };
}

/** A text of a node; a number as its digits, and blank for everything else. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}

/** Whether something follows one of its outputs. */
export function isWired({ wires }: FlowNode): boolean {
  return Array.isArray(wires) && wires.some((output: unknown) => Array.isArray(output) && output.length > 0);
}
