// What a broker node tells of its connection: a log line per change, and one error per outage.

import type { Node, NodeAPI } from 'node-red';
import type { Connection } from '../connection/connection';
import type { ConnectionState } from '../connection/connection-state';
import type { Report } from '../connection/guarded';
import { MqttFlowsError } from '../core/mqtt-flows-error';
import { localizedError, sharedText } from './localize';
import { reportError } from './node-problem';

/** What people call the versions that say 3, 4 and 5 on the wire. */
const VERSIONS = { 3: '3.1', 4: '3.1.1', 5: '5' } as const;

/** A listener for the states of a connection; `reporter` is the node that it belongs to at the moment. */
export function connectionReport(RED: NodeAPI, reporter: () => Node): (state: ConnectionState) => void {
  /** The failure that has been told already: repeats of it are not. */
  let told: string | undefined;
  return (state) => {
    if (state.kind === 'connected') {
      told = undefined;
      const version = VERSIONS[state.info.protocolVersion];
      reporter().log(sharedText(RED, 'log.connected', { server: state.server, version }));
    }
    if (state.kind !== 'waiting' || state.error.code === told) return;
    const { error, server } = state;
    if (told === undefined) reportError(RED, reporter(), error, { server });
    else reporter().warn(localizedError(RED, error, { server }).message);
    told = error.code;
  };
}

/** Reports what fails beside the states of a connection, at the node that it belongs to at the moment; a lost publication at the node that published it. */
export function connectionFailures(RED: NodeAPI, reporter: () => Node): Report {
  return (error, lost) => {
    // A node that is no longer there can report nothing.
    const origin: Node | null = lost?.origin ? RED.nodes.getNode(lost.origin) : null;
    const { topic, payload, qos, retain } = lost?.publication ?? {};
    const message = lost ? { topic, payload, qos, retain } : {};
    const shown = error instanceof MqttFlowsError ? localizedError(RED, error) : error;
    (origin ?? reporter()).error(shown, message);
  };
}

/**
 * Closes the connection of `node`. What it still had to send goes back to its nodes as errors, and is told in the log as
 * well: a deploy may have stopped the Catch nodes before.
 */
export async function closeConnection(RED: NodeAPI, node: Node, connection: Connection): Promise<void> {
  const lost = await connection.close();
  if (lost > 0) node.warn(sharedText(RED, 'log.lost', { count: lost }));
}
