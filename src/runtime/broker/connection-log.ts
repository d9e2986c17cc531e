// What a broker node reports about its connection: a log line for each change, and one error for each outage.

import type { Node, NodeAPI } from 'node-red';
import type { Connection } from '../../connection/connection';
import type { ConnectionState } from '../../connection/connection-state';
import type { Report } from '../../connection/report';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { VERSION_NAMES } from '../../core/servers/version-name';
import { localizedError, reportedError, sentence, sharedText } from '../node/localize';
import { publishingNode } from '../publish/message-answers';

type Waiting = Extract<ConnectionState, { kind: 'waiting' }>;
type Connected = Extract<ConnectionState, { kind: 'connected' }>;

/** The last reported failure of a server, and how often it has recurred. */
interface Told {
  readonly code: string;
  readonly reasonCode: number | undefined;
  readonly text: string;
  repeats: number;
}

/**
 * A listener for the states of a connection. The first failure of an outage is an error. Each later change is a log
 * line, and repetitions are counted. `reporter` returns the current node of the connection.
 */
export function connectionReport(RED: NodeAPI, reporter: () => Node): (state: ConnectionState) => void {
  /** By the name of the server: each of several servers fails for its own reasons. */
  const told = new Map<string, Told>();
  let failedAttempts = 0;

  const tellRepeats = (server: string): void => {
    const { text, repeats: count } = told.get(server) ?? { text: '', repeats: 0 };
    if (count > 0) reporter().warn(sharedText(RED, 'log.repeated', { server, count, text }));
  };
  const tellFailure = ({ error, server, attempt, nextAt }: Waiting): void => {
    failedAttempts = attempt - 1;
    const last = told.get(server);
    if (last?.code === error.code && last.reasonCode === error.reasonCode) {
      last.repeats++;
      return;
    }
    tellRepeats(server);
    const first = told.size === 0;
    const text = sentence(RED, error, { server });
    told.set(server, { code: error.code, reasonCode: error.reasonCode, text, repeats: 0 });
    const values = { text, attempt: failedAttempts, time: timeOfDay(nextAt) };
    const line = failedAttempts > 0 ? sharedText(RED, 'log.attempt', values) : sharedText(RED, 'log.retry', values);
    // Node-RED routes an error to Catch nodes only if it has a message.
    if (first) reporter().error(reportedError(line, error, { server, attempt: failedAttempts, nextAt }), {});
    else reporter().warn(line);
  };
  const tellConnected = ({ info, server }: Connected): void => {
    const values = { server, version: VERSION_NAMES[info.protocolVersion] };
    if (failedAttempts === 0) reporter().log(sharedText(RED, 'log.connected', values));
    else reporter().log(sharedText(RED, 'log.connectedAfter', { ...values, count: failedAttempts }));
    failedAttempts = 0;
    told.clear();
  };
  return (state) => {
    if (state.kind === 'connected') tellConnected(state);
    if (state.kind === 'waiting') tellFailure(state);
  };
}

/** The local time of day. Log lines have the date already. */
function timeOfDay(time: number): string {
  return new Date(time).toTimeString().slice(0, 8);
}

/**
 * Reports failures that are not states of a connection, at its current node. A lost publication is reported at the node
 * that published it.
 */
export function connectionFailures(RED: NodeAPI, reporter: () => Node): Report {
  return (error, lost) => {
    const origin = lost && publishingNode(lost.origin);
    const { topic, payload, qos, retain } = lost?.publication ?? {};
    const message = lost ? { topic, payload, qos, retain } : {};
    const shown = error instanceof MqttFlowsError ? localizedError(RED, error) : error;
    (origin ?? reporter()).error(shown, message);
  };
}

/**
 * Closes the connection of `node`. If the node is `removed`, its session ends too. Unsent publications go back to their
 * nodes as errors, unless they stay on disk. The log tells their number as well, since a deploy may have stopped the
 * Catch nodes before.
 */
export async function closeConnection(
  RED: NodeAPI,
  node: Node,
  connection: Connection,
  removed: boolean,
): Promise<void> {
  const lost = await connection.close(removed);
  // Without a message, so that it reaches the log even if there is a Catch node.
  if (lost > 0) node.error(sharedText(RED, 'log.lost', { count: lost }));
  const kept = connection.outboxDepth;
  if (kept > 0) node.log(sharedText(RED, 'log.kept', { count: kept }));
}
