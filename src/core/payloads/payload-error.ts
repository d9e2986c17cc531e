// The error for a payload that a codec cannot read or make; why is the codec's to say.

import { MqttFlowsError } from '../errors/mqtt-flows-error';
import type { PayloadFailure } from './codec';

/** The error for a payload that a codec cannot read or make. */
export function payloadError(
  code: 'payload-undecodable' | 'payload-unencodable',
  { problem, detail }: PayloadFailure,
  topic: string,
): MqttFlowsError {
  const stage = code === 'payload-undecodable' ? 'decode' : 'publish';
  return new MqttFlowsError(code, { stage, params: { topic, detail, problemKey: `payload.${problem}` } });
}
