// Turns what ends an mqtt.js client into our errors: what it reports, and what the server says.

import type { Packet } from 'mqtt';
import { type ErrorStage, MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { plainText } from '../../core/errors/plain-text';
import { connackError, disconnectError } from '../../core/errors/reason-code';
import { detailOf } from '../../core/errors/thrown-value';
import { serverWords } from '../packets/server-answers';
import { networkError } from '../streams/network-error';

/** The error for what the server must not send. `reasonCode` is the one that it is told, in DISCONNECT. */
export function protocolError(reason: string, stage: ErrorStage, reasonCode?: number): MqttFlowsError {
  return new MqttFlowsError('protocol-error', {
    stage,
    params: { reason },
    ...(reasonCode === undefined ? {} : { reasonCode }),
  });
}

/** The error for what mqtt.js, or a listener, has thrown over a packet. */
export function thrownError(error: unknown, stage: ErrorStage): MqttFlowsError {
  return protocolError(plainText(detailOf(error)), stage);
}

/** The error for an `error` event of mqtt.js. */
export function clientError(error: Error, stage: ErrorStage): MqttFlowsError {
  if ('code' in error && typeof error.code === 'string') return networkError(error, stage, {});
  if (error.message === 'Keepalive timeout') return new MqttFlowsError('keepalive-timeout', { stage });
  return protocolError(error.message.slice(0, 200), stage);
}

/** Bytes that follow the fixed header of CONNACK in MQTT 3.1 and 3.1.1. In MQTT 5 there are more: the length of the properties. */
const OLDER_CONNACK = 2;

/**
 * Why the connection cannot continue after `packet`: a refusing CONNACK, a CONNACK that is not of MQTT 5 although `v5`
 * was requested, or a DISCONNECT. Undefined for any other packet.
 */
export function packetProblem(packet: Packet, v5: boolean): MqttFlowsError | undefined {
  if (packet.cmd === 'disconnect') {
    const { reasonCode = 0 } = packet;
    const params = serverWords(packet);
    return new MqttFlowsError(disconnectError(reasonCode), { stage: 'connected', reasonCode, params });
  }
  if (packet.cmd !== 'connack') return undefined;
  // The reason codes of MQTT 5, or the return codes of MQTT 3.1.1.
  const reasonCode = packet.reasonCode ?? packet.returnCode ?? 0;
  if (reasonCode !== 0) {
    const code = connackError(reasonCode, v5);
    return new MqttFlowsError(code, { stage: 'connack', reasonCode, params: serverWords(packet) });
  }
  // Accepted, but as a client of MQTT 3.1.1: every further packet would be read wrongly, on both sides.
  const older = v5 && packet.length === OLDER_CONNACK;
  return older ? new MqttFlowsError('protocol-version-refused', { stage: 'connack' }) : undefined;
}
