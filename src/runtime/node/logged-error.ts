// An error that Catch nodes get and that is in the log in any case. Node-RED leaves out of the log what a Catch node takes.

import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import type { ReportedError } from './localize';

/** Node-RED's level of errors in the log. */
const ERROR = 20;

/** Hands `error`, which belongs to no message, to the Catch nodes, and writes one line of it to the log. */
export function reportAndLog(RED: NodeAPI, node: Node, error: ReportedError): void {
  let logged = false;
  // Node-RED logs before error() returns, and does not say whether it did.
  const watch = new EventEmitter().on('log', ({ level, id }) => {
    if (level === ERROR && id === node.id) logged = true;
  });
  RED.log.addHandler(watch);
  // Node-RED routes an error to Catch nodes only if it has a message, and logs it always if it has none.
  node.error(error, {});
  RED.log.removeHandler(watch);
  if (!logged) node.error(error);
}
