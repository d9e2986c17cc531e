// The one error type of the package. It carries a code and values; text is made where the language is known.

/** What was going on when it failed. */
export type ErrorStage =
  | 'config'
  | 'dns'
  | 'tcp'
  | 'connack'
  | 'connected'
  | 'listen'
  | 'subscribe'
  | 'publish'
  | 'decode'
  | 'route';

/** Every code has a sentence in the locales under `errors.`; flows decide by `msg.error.code`. */
export type ErrorCode =
  | 'broker-missing'
  | 'broker-disabled'
  | 'config-invalid'
  | 'filter-invalid'
  | 'rule-filter-invalid'
  | 'server-url-invalid'
  | 'format-unknown'
  | 'template-invalid'
  | 'host-unknown'
  | 'connection-refused'
  | 'connection-timeout'
  | 'connection-lost'
  | 'connection-failed'
  | 'connection-closed'
  | 'protocol-error'
  | 'protocol-version-refused'
  | 'client-identifier-refused'
  | 'server-unavailable'
  | 'credentials-refused'
  | 'not-authorized'
  | 'refused-by-server'
  | 'disconnected-by-server'
  | 'embedded-port-in-use'
  | 'embedded-listen-failed'
  | 'embedded-needs-credentials'
  | 'embedded-needs-newer-node'
  | 'subscription-refused'
  | 'topic-invalid'
  | 'topic-missing'
  | 'payload-unencodable'
  | 'payload-undecodable'
  | 'property-invalid'
  | 'publication-refused'
  | 'publication-too-large'
  | 'publication-lost'
  | 'outbox-full'
  | 'publication-dropped';

export type ErrorParams = Readonly<Record<string, string | number>>;

export interface ErrorDetails {
  readonly stage: ErrorStage;
  /** MQTT reason code (MQTT 5, section 2.4) or CONNACK return code of MQTT 3.1.1, as the server gave it. */
  readonly reasonCode?: number;
  /**
   * Values for the sentence. Text from a server stays plain text. A value named `…Key` is a key of the locales, whose
   * text stands for the `…` in the sentence.
   */
  readonly params?: ErrorParams;
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

/** What a setting or property should have been: values and ranges are the same in every language, words are not. */
export function expectation(expected: string): ErrorParams {
  return expected.startsWith('expected.') ? { expectedKey: expected } : { expected };
}
