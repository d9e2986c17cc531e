// The error for a payload that a codec cannot read or make.

import { MqttFlowsError } from '../errors/mqtt-flows-error';
import type { PayloadFailure } from './codec';

export function payloadError(
  code: 'payload-undecodable' | 'payload-unencodable',
  { problem, detail }: PayloadFailure,
  topic: string,
): MqttFlowsError {
  const stage = code === 'payload-undecodable' ? 'decode' : 'publish';
  return new MqttFlowsError(code, { stage, params: { topic, detail, problemKey: `payload.${problem}` } });
}
