// The error of an attempt that was given up because it took too long.

import { type ErrorStage, MqttFlowsError } from '../../core/errors/mqtt-flows-error';

/** `time` in ms is how long was waited; `stage` is how far the attempt had got. */
export function connectTimedOut(stage: ErrorStage, time: number): MqttFlowsError {
  const params = { seconds: Math.round(time / 1000), timeKey: 'waited.seconds' };
  return new MqttFlowsError('connection-timeout', { stage, params });
}
