// Node.js's network errors as errors of ours.

import { type ErrorCode, type ErrorParams, type ErrorStage, MqttFlowsError } from '../core/mqtt-flows-error';

const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOTFOUND: 'host-unknown',
  EAI_AGAIN: 'host-unknown',
  ECONNREFUSED: 'connection-refused',
  ETIMEDOUT: 'connection-timeout',
  ECONNRESET: 'connection-lost',
  EPIPE: 'connection-lost',
};

/** `params` name the address. Unknown system errors become `connection-failed` with the system's own code. */
export function networkError(error: Error, stage: ErrorStage, params: ErrorParams): MqttFlowsError {
  const systemCode = systemCodeOf(error);
  const code = CODES[systemCode] ?? 'connection-failed';
  return new MqttFlowsError(code, {
    stage: code === 'host-unknown' ? 'dns' : stage,
    params: { ...params, reason: systemCode },
  });
}

/** With several addresses for a host, Node.js throws an AggregateError that carries the code of the first attempt. */
function systemCodeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

/** Anything that was thrown, as an error of ours. */
export function asMqttFlowsError(error: unknown, stage: ErrorStage): MqttFlowsError {
  if (error instanceof MqttFlowsError) return error;
  return networkError(error instanceof Error ? error : new Error(String(error)), stage, {});
}
