// Shows the status of a node only when it changes, since each status goes to every open editor.

import type { Node, NodeAPI, NodeStatus } from 'node-red';
import { systemClock, wallTimeOf } from '../../connection/clock';
import type { ConnectionState } from '../../connection/connection-state';
import type { ErrorCode } from '../../core/errors/mqtt-flows-error';
import { sharedKey, sharedText } from './localize';
import { timeOfDay } from './time-of-day';

/** Returns a function that sets the status of `node` if it differs from the last one. */
export function showStatus(node: Node): (status: NodeStatus) => void {
  let shown = '';
  return (status) => {
    const text = `${status.fill} ${status.shape} ${status.text}`;
    if (text === shown) return;
    shown = text;
    node.status(status);
  };
}

/** The numbers of attempts that have a text of their own: an editor translates keys but inserts no values. */
const COUNTED_ATTEMPTS = ['2', '3', '4', '5', '6', '7', '8', '9'] as const;

/** Node-RED's own texts, as the core MQTT nodes show them: flows compare them. */
const CONNECTED = 'node-red:common.status.connected';
const CONNECTING = 'node-red:common.status.connecting';
const DISCONNECTED = 'node-red:common.status.disconnected';

/** The badge of a state. Its text is a key, so that each user of the editor sees their own language. */
export function connectionStatus(state: ConnectionState): NodeStatus {
  switch (state.kind) {
    case 'connecting':
      return { fill: 'yellow', shape: 'ring', text: connectingText(state.attempt) };
    case 'connected':
      return { fill: 'green', shape: 'dot', text: CONNECTED };
    case 'waiting':
      return { fill: 'red', shape: 'ring', text: waitingText(state.error.code) };
    case 'idle':
    case 'closing':
    case 'closed':
      return { fill: 'grey', shape: 'ring', text: DISCONNECTED };
  }
}

/** In ms: the next attempt is shown if it is not so near that the time would be over when it is read. */
const LONG = 10_000;

/**
 * As connectionStatus(), with the time of day of the next attempt when that is not near. It is in the language of the
 * runtime then: an editor translates keys but inserts no values.
 */
export function attemptStatus(RED: NodeAPI, state: ConnectionState, clock = systemClock): NodeStatus {
  const status = connectionStatus(state);
  // Flows compare the text of a lost connection.
  if (state.kind !== 'waiting' || status.text === DISCONNECTED || state.nextAt - clock.now() < LONG) return status;
  const reason = sharedText(RED, `status.${state.error.code}`);
  return { ...status, text: `${reason} ↻ ${timeOfDay(wallTimeOf(clock, state.nextAt))}` };
}

/** The reason, unless nothing more is known than that the connection is gone. */
function waitingText(code: ErrorCode): string {
  return code === 'connection-lost' ? DISCONNECTED : sharedKey(`status.${code}`);
}

/** After a failure, shows the number of the attempt, so that reconnecting is visible. */
function connectingText(attempt: number): string {
  if (attempt <= 1) return CONNECTING;
  const counted = COUNTED_ATTEMPTS.find((number) => Number(number) === attempt);
  return counted ? sharedKey(`status.attempt-${counted}`) : sharedKey('status.attempt-10');
}
