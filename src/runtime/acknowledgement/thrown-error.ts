// Tells an error that a node has thrown from one that it reports and goes on after: Node-RED hands both to a Catch node in
// the same way, and calls `done` for neither.

/** From a Catch node to the caller of error(), through the flows that a subflow is in. */
const DEPTH = 60;
const CATCHING = /\bhandleError\b/;
const FILE = /\(?([^()\s]+?):\d+:\d+\)?$/;

/**
 * Whether the error that a Catch node is being handed was thrown by the input handler of a node: then it is Node-RED's own
 * code that has called `node.error`, and no node. To be called while the Catch node receives it.
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
