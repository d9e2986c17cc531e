// Birth, close and will messages, made from the settings and checked like any other publication.

import type { PresenceMessages } from '../../connection/presence';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { findCodec } from '../../core/payloads/find-codec';
import type { OutgoingPublication } from '../../core/publications/publication';
import { publicationFromMessage } from '../../core/publications/publication-from-message';
import { NO_PROPERTY_SETTINGS } from '../../core/publications/publication-properties';
import { userPropertiesFrom } from '../../core/publications/user-properties';
import type { ConnectOverrides } from '../../core/servers/connect-action';
import type { MessageConfig } from '../../core/servers/message-config';
import { asWhole, isBlank } from '../../core/values/plain-value';
import type { SessionSettings } from '../../settings/broker.session.config';
import { type ConfigResult, invalidSetting } from '../../settings/saved-config';
import type { ConnectProperties, Will } from '../../transport/transport';

/** CONNECT, and the birth and close messages of a connection. */
export interface PreparedPresence {
  readonly messages: PresenceMessages;
  readonly connect: { readonly cleanStart: boolean; readonly will?: Will; readonly properties: ConnectProperties };
}

const FOUR_BYTES = 0xffff_ffff;

/** Prepares the messages. The first that does not fit MQTT is the error, which names its setting. */
export function preparePresence(settings: SessionSettings): ConfigResult<PreparedPresence> {
  const birth = prepare(settings.birth, 'birth');
  const close = prepare(settings.close, 'close');
  const will = prepareWill(settings.will);
  const userProperties = prepareUserProperties(settings.userProperties);
  for (const part of [birth, close, will, userProperties]) {
    if (part instanceof MqttFlowsError) return { ok: false, error: part };
  }
  return {
    ok: true,
    config: {
      messages: { ...present('birth', birth), ...present('close', close) },
      connect: {
        cleanStart: settings.cleanStart,
        properties: { ...settings.properties, ...present('userProperties', userProperties) },
        ...present('will', will),
      },
    },
  };
}

/** `configured` with the changes of `overrides`. The first message that does not fit MQTT is the error. */
export function overridePresence(
  configured: PreparedPresence,
  { cleanStart, properties: limits, userProperties, messages = {} }: ConnectOverrides,
): ConfigResult<PreparedPresence> {
  const birth = messages.birth ? prepare(messages.birth, 'msg.broker.birth') : configured.messages.birth;
  const close = messages.close ? prepare(messages.close, 'msg.broker.close') : configured.messages.close;
  const will = messages.will ? prepareWill(messages.will, 'msg.broker.will') : configured.connect.will;
  const own = userProperties && prepareUserProperties(userProperties, 'msg.broker.userProperties');
  for (const part of [birth, close, will, own]) {
    if (part instanceof MqttFlowsError) return { ok: false, error: part };
  }
  const { will: _will, properties, ...connect } = configured.connect;
  // As in the settings: without an expiry interval, a session is kept for ever.
  const kept = cleanStart === false ? { sessionExpiryInterval: FOUR_BYTES } : {};
  return {
    ok: true,
    config: {
      messages: { ...present('birth', birth), ...present('close', close) },
      connect: {
        ...connect,
        ...present('cleanStart', cleanStart),
        properties: { ...kept, ...properties, ...limits, ...present('userProperties', own) },
        ...present('will', will),
      },
    },
  };
}

/** `{ [name]: value }`, or an empty object when there is no value. */
function present<N extends string, V>(name: N, value: V): { [K in N]?: Exclude<V, undefined | MqttFlowsError> } {
  // TypeScript keeps the name of a computed key only with this assertion.
  return (value === undefined ? {} : { [name]: value }) as { [K in N]?: Exclude<V, undefined | MqttFlowsError> };
}

function prepare(message: MessageConfig, setting: string): OutgoingPublication | MqttFlowsError | undefined {
  const codec = findCodec('string');
  if (message.topic === '' || !codec) return undefined;
  const built = publicationFromMessage(
    { ...message.properties, payload: message.payload },
    {
      topic: { kind: 'fixed', value: message.topic },
      qos: { kind: 'fixed', value: message.qos },
      retain: { kind: 'fixed', value: message.retain },
      properties: NO_PROPERTY_SETTINGS,
      describePayload: false,
      whileOffline: undefined,
    },
    codec,
  );
  if (built.ok) return built.publication;
  const { code, params } = built.error;
  const property =
    typeof params.property === 'string' ? params.property.replace(/^msg/, `${setting}.properties`) : setting;
  return new MqttFlowsError(code, { stage: 'config', params: { ...params, property } });
}

function prepareWill(message: MessageConfig, setting = 'will'): Will | MqttFlowsError | undefined {
  const { willDelayInterval: delay, ...properties } = message.properties;
  const will = prepare({ ...message, properties }, setting);
  if (will === undefined || will instanceof MqttFlowsError || isBlank(delay)) return will;
  const seconds = asWhole(delay, 0, FOUR_BYTES);
  if (seconds !== undefined) return { ...will, delayInterval: seconds };
  return invalidSetting(`${setting}.properties.willDelayInterval`, delay, `0 … ${FOUR_BYTES}`);
}

function prepareUserProperties(
  configured: Readonly<Record<string, unknown>>,
  setting = 'userProperties',
): ConnectProperties['userProperties'] | MqttFlowsError {
  if (Object.keys(configured).length === 0) return undefined;
  return userPropertiesFrom(configured) ?? invalidSetting(setting, configured, 'expected.names');
}
