// Converts network errors of Node.js to ours.

import { type ErrorCode, type ErrorParams, type ErrorStage, MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { plainText } from '../../core/errors/plain-text';
import { asError } from '../../core/errors/thrown-value';
import { tlsErrorCode } from './tls-error';

const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOTFOUND: 'host-unknown',
  EAI_AGAIN: 'host-unknown',
  ECONNREFUSED: 'connection-refused',
  EHOSTUNREACH: 'host-unreachable',
  EHOSTDOWN: 'host-unreachable',
  ENETUNREACH: 'host-unreachable',
  ENETDOWN: 'host-unreachable',
  ETIMEDOUT: 'connection-timeout',
  ECONNRESET: 'connection-lost',
  EPIPE: 'connection-lost',
};

/** The error code when the other side closes the connection at this stage. */
const HUNG_UP: Readonly<Partial<Record<ErrorStage, ErrorCode>>> = {
  proxy: 'proxy-failed',
  tls: 'tls-closed',
  websocket: 'websocket-not-spoken',
  connack: 'closed-without-answer',
};

/** `params` name the address. Unknown system errors become `connection-failed` with the system's own code. */
export function networkError(error: Error, stage: ErrorStage, params: ErrorParams): MqttFlowsError {
  const reason = systemCodeOf(error);
  const ofTls = tlsErrorCode(reason);
  if (ofTls) return new MqttFlowsError(ofTls, { stage: 'tls', params: { ...params, reason, ...namesIn(error) } });
  const code = CODES[reason] ?? otherCode(reason, stage);
  if (code === 'connection-lost') return hungUp(stage, { ...params, reason });
  // The operating system does not say how long it waited.
  if (code === 'connection-timeout') params = { ...params, timeKey: 'waited.inTime' };
  return new MqttFlowsError(code, { stage: code === 'host-unknown' ? 'dns' : stage, params: { ...params, reason } });
}

function otherCode(reason: string, stage: ErrorStage): ErrorCode {
  // From the HTTP parser of Node.js: the answer to the upgrade request is no HTTP.
  if (stage === 'websocket' && reason.startsWith('HPE_')) return 'websocket-not-spoken';
  return stage === 'websocket' || reason.startsWith('WS_ERR_') ? 'websocket-failed' : 'connection-failed';
}

/** The other side has closed the connection. */
export function hungUp(stage: ErrorStage, params: ErrorParams = {}): MqttFlowsError {
  return new MqttFlowsError(HUNG_UP[stage] ?? 'connection-lost', { stage, params });
}

/** With several addresses for a host, Node.js throws an AggregateError that carries the code of the first attempt. */
export function systemCodeOf(error: Error): string {
  return plainText('code' in error && typeof error.code === 'string' ? error.code : error.message);
}

/** The names in a certificate that is for another host. Node.js gives them in a sentence only. */
function namesIn(error: Error): ErrorParams {
  const names = /.*(?:altnames: |CN: )(.*)$/s.exec(error.message)?.[1];
  return names === undefined ? {} : { names: plainText(names) };
}

/** Converts anything thrown to an MqttFlowsError. `params` name the address. */
export function asMqttFlowsError(error: unknown, stage: ErrorStage, params: ErrorParams = {}): MqttFlowsError {
  if (error instanceof MqttFlowsError) return error;
  return networkError(asError(error), stage, params);
}
