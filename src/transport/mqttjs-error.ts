// What mqtt.js reports, as errors of ours.

import { type ErrorStage, MqttFlowsError } from '../core/mqtt-flows-error';
import { connackError } from '../core/reason-code';
import { networkError } from './network-error';

/** The error for an `error` event of mqtt.js. */
export function clientError(error: Error, stage: ErrorStage): MqttFlowsError {
  const code = reasonCodeOf(error);
  if (stage === 'connack' && code !== undefined) {
    return new MqttFlowsError(connackError(code), { stage, reasonCode: code });
  }
  if ('code' in error && typeof error.code === 'string') return networkError(error, stage, {});
  if (error.message === 'Keepalive timeout') return new MqttFlowsError('keepalive-timeout', { stage });
  return new MqttFlowsError('protocol-error', { stage, params: { reason: error.message.slice(0, 200) } });
}

/** The reason code that mqtt.js puts into `code`, where others have a text. */
function reasonCodeOf(error: Error): number | undefined {
  return 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}
