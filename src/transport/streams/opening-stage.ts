// What the stages have in common in which a stream is opened.

import type { ErrorParams, ErrorStage } from '../../core/errors/mqtt-flows-error';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { TestFact } from '../../core/reports/connection-test';
import { asMqttFlowsError } from './network-error';

/** What a stage is told: whom to tell that it has begun, when to give up, and for whom it works. */
export interface Opening {
  readonly report: (stage: ErrorStage) => void;
  readonly signal: AbortSignal;
  readonly learn: (fact: TestFact) => void;
}

/** For `error` events that come after somebody has been told already: without a listener they would end Node-RED. */
export const ignore = (): void => {};

/**
 * The result of `begin`. If that fails, or was aborted, `destroy` removes what is half open, and the failure is an
 * MqttFlowsError of this stage with `params`.
 */
export async function inStage<T>(
  stage: ErrorStage,
  { report, signal }: Opening,
  params: ErrorParams,
  destroy: () => void,
  begin: () => Promise<T>,
): Promise<T> {
  try {
    report(stage);
    signal.throwIfAborted();
    return await begin();
  } catch (error) {
    destroy();
    throw signal.aborted
      ? new MqttFlowsError('connection-closed', { stage, params })
      : asMqttFlowsError(error, stage, params);
  }
}
