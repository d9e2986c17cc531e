// What is read of Node-RED beyond its documented interface, all of it only read: properties of its nodes, and the names
// of its functions in stack traces. A new version of Node-RED can break this file and no other of this room.

import type { Node } from 'node-red';

/** What Node-RED's nodes keep of their input handlers. */
interface InputHandlers {
  readonly _expectedDoneCount?: number;
  readonly _inputCallback?: unknown;
  readonly _inputCallbacks?: unknown;
}

/** Whether a node says when it is done: Node-RED calls `done` for nobody, and handlers of old take no such argument. */
export function handlersOf(node: Node & InputHandlers): 'done' | 'without done' | 'none' {
  if (!node._inputCallback && !node._inputCallbacks) return 'none';
  return node._expectedDoneCount === 0 ? 'without done' : 'done';
}

/** Whether the node handles a message in one place: with more of them, Node-RED waits for all to be done. */
export function hasOneHandler({ _inputCallback }: Node & InputHandlers): boolean {
  return Boolean(_inputCallback);
}

/** From a Catch node to the caller of error(), through the flows that a subflow is in. */
const DEPTH = 60;
const CATCHING = /\bhandleError\b/;
const FILE = /\(?([^()\s]+?):\d+:\d+\)?$/;

/**
 * Whether the error that a Catch node is being handed was thrown by the input handler of a node: then it is Node-RED's own
 * code that has called `node.error`, and no node. Node-RED hands both to a Catch node in the same way, and calls `done` for
 * neither. To be called while the Catch node receives it.
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
