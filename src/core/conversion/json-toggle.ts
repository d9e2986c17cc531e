// Json nodes behind a subscribe node that turn what it has parsed back into text. Runs in the editor too.

import { isRecord } from '../values/plain-value';
import { type FlowNode, textOf } from './flow-node';

/** The formats that parse JSON, which a json node would undo. Of others, objects may well be wanted as JSON. */
const PARSES_JSON = new Set(['', 'auto', 'json']);

/**
 * The json nodes of `flow` that get what the subscribe node `node` has parsed and, as they are set, turn an object into text:
 * "Convert between JSON String & Object", at first. Junctions and links between are followed.
 */
export function jsonToggles(flow: readonly FlowNode[], node: FlowNode): FlowNode[] {
  if (!parsesJson(node)) return [];
  const byId = new Map(flow.map((each) => [each.id, each]));
  const seen = new Set<string>();
  const waiting = targetsOf(node);
  const found: FlowNode[] = [];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const next = byId.get(id);
    if (!next || seen.has(id) || next.d === true) continue;
    seen.add(id);
    if (toggles(next)) found.push(next);
    // What they pass on is unchanged.
    else if (next.type === 'junction' || next.type === 'link in') waiting.push(...targetsOf(next));
    else if (next.type === 'link out' && next.mode !== 'return') waiting.push(...idsIn(next.links));
  }
  // In the order of the flow.
  return flow.filter((each) => found.includes(each));
}

/** The format of the node, for rows without their own, and those of its rows. */
function parsesJson({ format, subscriptions }: FlowNode): boolean {
  const rows: readonly unknown[] = Array.isArray(subscriptions) ? subscriptions : [];
  const own = rows.map((row) => (isRecord(row) ? textOf(row.format) : ''));
  const formats = own.length === 0 ? [textOf(format)] : own.map((each) => each || textOf(format));
  return formats.some((each) => PARSES_JSON.has(each));
}

/** A json node without a property converts the payload; without an action it converts in both directions. */
function toggles({ type, action, property }: FlowNode): boolean {
  return type === 'json' && textOf(action) === '' && (textOf(property) || 'payload') === 'payload';
}

function targetsOf({ wires }: FlowNode): string[] {
  return Array.isArray(wires) ? wires.flatMap(idsIn) : [];
}

function idsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((id) => typeof id === 'string') : [];
}
