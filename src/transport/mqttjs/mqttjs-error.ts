// What ends an mqtt.js client, as errors of ours: what it reports, and what the server says to it.

import type { Packet } from 'mqtt';
import { type ErrorStage, MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { connackError, disconnectError } from '../../core/errors/reason-code';
import { serverWords } from '../packets/server-answers';
import { networkError } from '../streams/network-error';

/** The error for an `error` event of mqtt.js. */
export function clientError(error: Error, stage: ErrorStage): MqttFlowsError {
  if ('code' in error && typeof error.code === 'string') return networkError(error, stage, {});
  if (error.message === 'Keepalive timeout') return new MqttFlowsError('keepalive-timeout', { stage });
  return new MqttFlowsError('protocol-error', { stage, params: { reason: error.message.slice(0, 200) } });
}

/** The error when `packet` is a CONNACK that refuses, or DISCONNECT. */
export function serverRefusal(packet: Packet): MqttFlowsError | undefined {
  if (packet.cmd === 'disconnect') {
    const { reasonCode = 0 } = packet;
    const params = serverWords(packet);
    return new MqttFlowsError(disconnectError(reasonCode), { stage: 'connected', reasonCode, params });
  }
  // The reason codes of MQTT 5, or the return codes of MQTT 3.1.1.
  const reasonCode = packet.cmd === 'connack' ? (packet.reasonCode ?? packet.returnCode ?? 0) : 0;
  if (reasonCode === 0) return undefined;
  return new MqttFlowsError(connackError(reasonCode), { stage: 'connack', reasonCode, params: serverWords(packet) });
}
