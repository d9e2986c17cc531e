// The one error type of the package. It carries a code and values; the sentence is made where the language is known.

/**
 * The stages of a connection, from the name lookup to the time when it stands. Each has words in the locales under
 * `stages.`.
 */
export type ConnectStage = 'dns' | 'tcp' | 'socket' | 'proxy' | 'tls' | 'websocket' | 'connack' | 'connected';

/** What was going on when the error occurred. */
export type ErrorStage =
  | ConnectStage
  | 'config'
  | 'listen'
  | 'control'
  | 'subscribe'
  | 'acknowledge'
  | 'publish'
  | 'request'
  | 'outbox'
  | 'decode'
  | 'route'
  | 'replay';

/** Every code has a sentence in the locales under `errors.`. Flows decide by `msg.error.code`. */
export type ErrorCode =
  | 'broker-missing'
  | 'broker-disabled'
  | 'config-invalid'
  | 'environment-missing'
  | 'secret-file-unreadable'
  | 'already-connected'
  | 'connect-interrupted'
  | 'action-unknown'
  | 'filter-invalid'
  | 'filter-missing'
  | 'rule-filter-invalid'
  | 'server-url-invalid'
  | 'format-unknown'
  | 'format-unusable'
  | 'message-type-unknown'
  | 'schema-invalid'
  | 'template-invalid'
  | 'host-unknown'
  | 'host-unreachable'
  | 'connection-refused'
  | 'connection-timeout'
  | 'connection-lost'
  | 'connection-failed'
  | 'socket-unavailable'
  | 'connection-closed'
  | 'closed-without-answer'
  | 'protocol-error'
  | 'http-answered'
  | 'tls-required'
  | 'tls-not-spoken'
  | 'tls-closed'
  | 'tls-refused'
  | 'tls-failed'
  | 'tls-config-missing'
  | 'tls-config-invalid'
  | 'tls-file-unreadable'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-self-signed'
  | 'certificate-unknown-issuer'
  | 'certificate-wrong-host'
  | 'certificate-invalid'
  | 'client-certificate-required'
  | 'client-certificate-refused'
  | 'websocket-not-spoken'
  | 'websocket-refused'
  | 'websocket-failed'
  | 'websocket-closed'
  | 'proxy-unreachable'
  | 'proxy-credentials-refused'
  | 'proxy-refused'
  | 'proxy-cannot-connect'
  | 'proxy-failed'
  | 'protocol-version-refused'
  | 'client-identifier-refused'
  | 'client-identifier-clash'
  | 'client-identifier-suspected'
  | 'keepalive-timeout'
  | 'no-acknowledgement'
  | 'server-unavailable'
  | 'credentials-refused'
  | 'not-authorized'
  | 'refused-by-server'
  | 'another-server'
  | 'disconnected-by-server'
  | 'embedded-port-in-use'
  | 'embedded-listen-failed'
  | 'embedded-needs-credentials'
  | 'embedded-websocket-needs-users'
  | 'embedded-path-in-use'
  | 'embedded-no-web-server'
  | 'embedded-needs-certificate'
  | 'embedded-needs-authority'
  | 'embedded-password-missing'
  | 'embedded-store-unavailable'
  | 'embedded-store-locked'
  | 'embedded-store-file-system'
  | 'embedded-store-failed'
  | 'embedded-store-damaged'
  | 'embedded-store-other-version'
  | 'subscription-refused'
  | 'subscription-ends-connection'
  | 'subscription-interrupted'
  | 'acknowledgement-overdue'
  | 'flow-overdue'
  | 'failures-fill-window'
  | 'acknowledgement-late'
  | 'acknowledgement-unknown'
  | 'receipt-missing'
  | 'topic-invalid'
  | 'topic-missing'
  | 'topic-unusable'
  | 'rule-condition-invalid'
  | 'rule-condition-failed'
  | 'routes-invalid'
  | 'route-invalid'
  | 'route-output-unknown'
  | 'routes-unreadable'
  | 'routes-not-kept'
  | 'routes-key-taken'
  | 'subscriptions-unreadable'
  | 'subscriptions-not-kept'
  | 'topic-unknown'
  | 'state-unreadable'
  | 'state-not-kept'
  | 'state-value-not-kept'
  | 'state-overloaded'
  | 'state-key-taken'
  | 'changes-overloaded'
  | 'publish-overloaded'
  | 'router-overloaded'
  | 'payload-missing'
  | 'payload-unencodable'
  | 'payload-undecodable'
  | 'property-invalid'
  | 'property-missing'
  | 'expression-invalid'
  | 'value-unavailable'
  | 'value-missing'
  | 'values-overloaded'
  | 'publication-refused'
  | 'publication-too-large'
  | 'publication-lost'
  | 'publication-ends-connection'
  | 'publication-quarantined'
  | 'publication-expired'
  | 'publication-kept'
  | 'publication-cleared'
  | 'outbox-unavailable'
  | 'outbox-not-installed'
  | 'outbox-locked'
  | 'outbox-file-system'
  | 'outbox-damaged'
  | 'outbox-other-version'
  | 'outbox-unreadable'
  | 'publication-deadly'
  | 'not-connected'
  | 'outbox-full'
  | 'publication-dropped'
  | 'request-timeout'
  | 'request-refused'
  | 'request-closed'
  | 'request-overloaded'
  | 'request-needs-properties'
  | 'request-condition-failed'
  | 'request-expected'
  | 'reply-without-request'
  | 'recording-missing'
  | 'recording-unknown'
  | 'recording-unreadable';

export type ErrorParams = Readonly<Record<string, string | number>>;

interface ErrorDetails {
  readonly stage: ErrorStage;
  /** MQTT reason code (MQTT 5, section 2.4) or CONNACK return code of MQTT 3.1.1, as the server gave it. */
  readonly reasonCode?: number;
  /**
   * Values for the sentence. Text from a server stays plain text. A value named `…Key` is a key of the locales; its
   * text replaces the `…` in the sentence.
   */
  readonly params?: ErrorParams;
}

/** An error as it is sent to an editor. The editor makes the sentence, in the language of its user. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly stage: ErrorStage;
  readonly reasonCode?: number | undefined;
  readonly params: ErrorParams;
}

/** `error` reduced to what an editor shows. */
export function reportOf({ code, stage, reasonCode, params }: MqttFlowsError): ErrorReport {
  return { code, stage, params, ...(reasonCode === undefined ? {} : { reasonCode }) };
}

export class MqttFlowsError extends Error {
  readonly code: ErrorCode;
  readonly stage: ErrorStage;
  readonly reasonCode: number | undefined;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(code);
    this.name = 'MqttFlowsError';
    this.code = code;
    this.stage = details.stage;
    this.reasonCode = details.reasonCode;
    this.params = details.params ?? {};
  }
}

/** An invalid topic filter; `rule` is the number of the router's rule that holds it, counted from 1. */
export function filterInvalid(filter: string, problem: string, at: string, rule?: number): MqttFlowsError {
  const params = { filter, at, problemKey: `topicFilter.${problem}` };
  if (rule === undefined) return new MqttFlowsError('filter-invalid', { stage: 'config', params });
  return new MqttFlowsError('rule-filter-invalid', { stage: 'config', params: { ...params, rule } });
}

/** What was expected of a setting or property. Values and ranges are the same in every language, words are not. */
export function expectation(expected: string): ErrorParams {
  return expected.startsWith('expected.') ? { expectedKey: expected } : { expected };
}
