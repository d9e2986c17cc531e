// Reads what Node-RED does not document: properties of its nodes, and names of its functions in stack traces. It
// changes nothing there. A new version of Node-RED can break this file, but no other file of this room.

import type { Node } from 'node-red';

/** How Node-RED's nodes store their input handlers. */
interface InputHandlers {
  readonly _expectedDoneCount?: number;
  readonly _inputCallback?: unknown;
  readonly _inputCallbacks?: unknown;
}

/** Whether the input handlers of a node call `done`. Handlers for Node-RED before 1.0 do not take that argument. */
export function handlersOf(node: Node & InputHandlers): 'done' | 'without done' | 'none' {
  if (!node._inputCallback && !node._inputCallbacks) return 'none';
  return node._expectedDoneCount === 0 ? 'without done' : 'done';
}

/** Whether the node has exactly one input handler. With several, Node-RED waits for all of them. */
export function hasOneHandler({ _inputCallback }: Node & InputHandlers): boolean {
  return Boolean(_inputCallback);
}

/** The number of stack frames needed from a Catch node to the caller of error(), through nested subflows. */
const DEPTH = 60;
const CATCHING = /\bhandleError\b/;
const FILE = /\(?([^()\s]+?):\d+:\d+\)?$/;

/**
 * Whether the error that a Catch node is receiving was thrown by an input handler. In that case Node-RED itself has
 * called `node.error`. A Catch node gets both kinds of error in the same way, and `done` is called for neither. Call
 * this while the Catch node receives the error.
 */
export function reportsWhatWasThrown(): boolean {
  const frames = stack().split('\n');
  const caught = frames.findLastIndex((frame) => CATCHING.test(frame));
  if (caught < 0) return false;
  const [error, caller] = frames.slice(caught + 1).map((frame) => FILE.exec(frame)?.[1]);
  return error !== undefined && error === caller;
}

function stack(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEPTH;
  const { stack: text = '' } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return text;
}
