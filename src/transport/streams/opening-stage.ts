// Common code of the stages in which a stream is opened.

import type { ErrorParams, ErrorStage } from '../../core/errors/mqtt-flows-error';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { TestFact } from '../../core/reports/connection-test';
import { asMqttFlowsError } from './network-error';

/** The context of a stage: how to report its beginning, when to give up, and which address it is for. */
export interface Opening {
  readonly report: (stage: ErrorStage) => void;
  readonly signal: AbortSignal;
  readonly learn: (fact: TestFact) => void;
}

/** For `error` events after the failure has been reported: without a listener they would end Node-RED. */
export const ignore = (): void => {};

/**
 * The result of `begin`. If it fails or is aborted, `destroy` removes what is half open, and the failure is an
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
