// Node-RED's own function node, as the editor saves it.

import type { FlowNode } from './flow-harness';

/** `wires` has one entry for each output. */
export function functionNode(id: string, func: string, ...wires: string[][]): FlowNode {
  const blank = { timeout: 0, noerr: 0, initialize: '', finalize: '', libs: [] };
  return { id, type: 'function', func, outputs: wires.length, ...blank, wires };
}
