// Replaces nodes of a flow by nodes of other types, with the broker nodes that they use. Identifiers stay, so that wires,
// groups, scopes and credentials stay as well. Runs in the editor too.

import { BrokerMoves } from './broker-moves';
import { type ConversionNote, type NodeConversion, type NodeReport, note, type Verdict } from './conversion-note';
import type { Direction } from './direction';
import { type FlowNode, textOf } from './flow-node';
import { labelOf } from './node-label';

interface Replacement {
  readonly before: FlowNode;
  readonly after: FlowNode;
}

export interface FlowConversion {
  readonly replaced: readonly Replacement[];
  /** Configuration nodes that are new. */
  readonly added: readonly FlowNode[];
  /** One for each node that was asked for, in the order of the flow, and one for each of their broker nodes. */
  readonly reports: readonly NodeReport[];
}

type Converted = Extract<NodeConversion, { readonly ok: true }>;

/** Converts the nodes of `flow` that `chosen` names. Never throws for a flow that Node-RED can import. */
export function replaceNodes(
  flow: readonly FlowNode[],
  direction: Direction,
  chosen: (node: FlowNode) => boolean,
): FlowConversion {
  const locked = new Set(flow.filter((node) => node.locked === true).map(({ id }) => id));
  const results = new Map<FlowNode, NodeConversion>();
  for (const node of flow) {
    if (node.type === direction.brokerType || !chosen(node)) continue;
    const result = direction.convert(node);
    if (!result) continue;
    results.set(node, result.ok && locked.has(textOf(node.z)) ? { ok: false, notes: [note('locked')] } : result);
  }
  const moves = new BrokerMoves(flow, direction, chosen, movers(results));
  return collect(flow, results, moves);
}

function movers(results: ReadonlyMap<FlowNode, NodeConversion>): Set<FlowNode> {
  return new Set([...results].filter(([, { ok }]) => ok).map(([node]) => node));
}

function collect(
  flow: readonly FlowNode[],
  results: ReadonlyMap<FlowNode, NodeConversion>,
  moves: BrokerMoves,
): FlowConversion {
  const replaced: Replacement[] = [];
  const added: FlowNode[] = [];
  const reports: NodeReport[] = [];
  const left = leaving(results);
  const take = (before: FlowNode, { node, added: more, notes }: Converted): void => {
    // A broker node that others still use stays, and another one stands beside it.
    if (node.id === before.id) replaced.push({ before, after: node });
    else added.push(node);
    added.push(...more);
    reports.push(report(before, notes.length === 0 ? 'same' : 'note', notes));
  };
  for (const before of flow) {
    const own = results.get(before);
    const result = own?.ok ? moves.attached(before, own) : (own ?? moves.result(before));
    if (result?.ok) take(before, result);
    else if (result) reports.push(report(before, 'cannot', result.notes));
    const holder = withoutLeft(moves.carrier(before) ?? before, left);
    if (holder !== before) replaced.push({ before, after: holder });
  }
  const present = new Set(flow.map(({ id }) => id));
  // What an earlier conversion has added is used as it is by now.
  return { replaced, added: added.filter(({ id }) => !present.has(id)), reports };
}

/** The identifiers of nodes that leave their group: a configuration node has no place in a flow. */
function leaving(results: ReadonlyMap<FlowNode, NodeConversion>): Set<string> {
  const left = [...results].filter(([node, result]) => 'g' in node && result.ok && !('g' in result.node));
  return new Set(left.map(([{ id }]) => id));
}

/** A group without the nodes of `left`, which the editor would draw in it; any other node as it is. */
function withoutLeft(node: FlowNode, left: ReadonlySet<string>): FlowNode {
  const { nodes } = node;
  if (node.type !== 'group' || !Array.isArray(nodes) || !nodes.some((id) => left.has(id))) return node;
  return { ...node, nodes: nodes.filter((id) => !left.has(id)) };
}

function report(node: FlowNode, verdict: Verdict, notes: readonly ConversionNote[]): NodeReport {
  return { id: node.id, type: node.type, label: labelOf(node), flow: textOf(node.z), verdict, notes };
}

/** `flow` with its replaced nodes in the places of the old ones, and the added ones at the end. */
export function convertedFlow(flow: readonly FlowNode[], { replaced, added }: FlowConversion): FlowNode[] {
  const after = new Map(replaced.map((each) => [each.before.id, each.after]));
  return [...flow.map((node) => after.get(node.id) ?? node), ...added];
}
