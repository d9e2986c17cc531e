// Puts another configuration in the place of the one in the editor, as one step that undo takes back.

import type { FlowNode } from '../../core/conversion/flow-node';
import type { FlowConversion } from '../../core/conversion/replace-nodes';
import { convertedFlow } from '../../core/conversion/replace-nodes';

/**
 * Carries out `conversion` of `before`, which is all that is in the editor. Nothing is deployed. Node-RED's own merge of
 * changes by others does the same: undo reads the whole former configuration back, in its order.
 */
export function replaceInEditor(before: readonly FlowNode[], conversion: FlowConversion): void {
  const shown = RED.workspaces.active();
  const changed = flagged(before, 'changed');
  const moved = flagged(before, 'moved');
  const rev = RED.nodes.version();
  RED.history.push({
    t: 'replace',
    complete: true,
    config: before,
    changed,
    moved,
    dirty: RED.nodes.dirty(),
    rev,
    callback: keptVersion(),
  });
  const replaced = new Set([
    ...conversion.replaced.map(({ after }) => after.id),
    ...conversion.added.map(({ id }) => id),
  ]);
  const flow = convertedFlow(before, conversion).map((node) => (replaced.has(node.id) ? completed(node) : node));
  RED.nodes.clear();
  // An import changes the objects that it is given, and those of `before` are the history's.
  const imported = RED.nodes.import(structuredClone(flow));
  const edited = Object.fromEntries([...replaced].map((id) => [id, true]));
  mark(imported.nodes, { changed: { ...changed, ...edited }, moved });
  RED.nodes.version(rev);
  RED.nodes.dirty(true);
  RED.view.redraw(true);
  RED.palette.refresh();
  RED.workspaces.refresh();
  if (shown !== 0) RED.workspaces.show(shown, true);
  RED.sidebar.config.refresh();
}

let deployed: string | undefined;

/**
 * Undo and redo put the version back that the editor had at the time, and Node-RED refuses a deploy that builds on an
 * older one. What this gives is called after each of them, and sets the version of the last deploy.
 */
function keptVersion(): () => void {
  if (deployed === undefined) {
    RED.events.on('deploy', () => {
      deployed = RED.nodes.version();
    });
  }
  deployed = RED.nodes.version();
  return () => {
    if (deployed !== undefined) RED.nodes.version(deployed);
  };
}

type Flags = Readonly<Record<string, boolean>>;

/** Node-RED refuses to mark nodes of locked flows, which may have been changed before they were locked. */
function mark(nodes: readonly EditorNode[], { changed, moved }: Readonly<Record<'changed' | 'moved', Flags>>): void {
  const locked = new Set<{ locked?: boolean }>();
  for (const node of nodes) {
    if (!changed[node.id] && !moved[node.id]) continue;
    const flow = RED.nodes.workspace(node.z ?? '') ?? RED.nodes.subflow(node.z ?? '');
    if (flow?.locked) {
      locked.add(flow);
      flow.locked = false;
    }
    if (changed[node.id]) node.changed = true;
    if (moved[node.id]) node.moved = true;
  }
  for (const flow of locked) flow.locked = true;
}

function flagged(flow: readonly FlowNode[], flag: 'changed' | 'moved'): Record<string, boolean> {
  const ids = flow.filter(({ id }) => RED.nodes.node(id)?.[flag] === true).map(({ id }) => [id, true]);
  return Object.fromEntries(ids);
}

/** `node` with the defaults of the properties that it does not set, as a new one has them. */
function completed(node: FlowNode): FlowNode {
  const defaults = Object.entries(RED.nodes.getType(node.type)?.defaults ?? {});
  const missing = defaults.filter(([name, { value }]) => !(name in node) && value !== undefined);
  return { ...structuredClone(Object.fromEntries(missing.map(([name, { value }]) => [name, value]))), ...node };
}
