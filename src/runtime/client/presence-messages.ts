// Birth, close and will messages, made from the settings and checked like any other publication.

import type { PresenceMessages } from '../../connection/presence';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import { findCodec } from '../../core/payloads/formats/find-codec';
import type { OutgoingPublication } from '../../core/publications/publication';
import { publicationFromMessage } from '../../core/publications/publication-from-message';
import { NO_PROPERTY_SETTINGS } from '../../core/publications/publication-properties';
import { userPropertiesFrom } from '../../core/publications/user-properties';
import type { ConnectOverrides } from '../../core/servers/connect-action';
import type { BrokerMessage, MessageConfig } from '../../core/servers/message-config';
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
  const birth = prepare(written(settings.birth), 'birth');
  if (!birth.ok) return birth;
  const close = prepare(written(settings.close), 'close');
  if (!close.ok) return close;
  const will = prepareWill(written(settings.will));
  if (!will.ok) return will;
  const userProperties = prepareUserProperties(settings.userProperties);
  if (!userProperties.ok) return userProperties;
  return {
    ok: true,
    config: {
      messages: { ...present('birth', birth.value), ...present('close', close.value) },
      connect: {
        cleanStart: settings.cleanStart,
        properties: { ...settings.properties, ...present('userProperties', userProperties.value) },
        ...present('will', will.value),
      },
    },
  };
}

/** `configured` with the changes of `overrides`. The first message that does not fit MQTT is the error. */
export function overridePresence(
  configured: PreparedPresence,
  { cleanStart, properties: limits, userProperties, messages = {} }: ConnectOverrides,
): ConfigResult<PreparedPresence> {
  const birth = messages.birth ? prepare(messages.birth, 'msg.broker.birth') : found(configured.messages.birth);
  if (!birth.ok) return birth;
  const close = messages.close ? prepare(messages.close, 'msg.broker.close') : found(configured.messages.close);
  if (!close.ok) return close;
  const will = messages.will ? prepareWill(messages.will, 'msg.broker.will') : found(configured.connect.will);
  if (!will.ok) return will;
  const own = prepareUserProperties(userProperties ?? {}, 'msg.broker.userProperties');
  if (!own.ok) return own;
  const { will: _will, properties, ...connect } = configured.connect;
  // As in the settings: without an expiry interval, a session is kept for ever.
  const kept = cleanStart === false ? { sessionExpiryInterval: FOUR_BYTES } : {};
  return {
    ok: true,
    config: {
      messages: { ...present('birth', birth.value), ...present('close', close.value) },
      connect: {
        ...connect,
        ...present('cleanStart', cleanStart),
        properties: { ...kept, ...properties, ...limits, ...present('userProperties', own.value) },
        ...present('will', will.value),
      },
    },
  };
}

/** `{ [name]: value }`, or an empty object when there is no value. */
function present<N extends string, V>(name: N, value: V): { [K in N]?: Exclude<V, undefined> } {
  // TypeScript keeps the name of a computed key only with this assertion.
  return (value === undefined ? {} : { [name]: value }) as { [K in N]?: Exclude<V, undefined> };
}

/** A message of the settings, whose payload fits its type, with the bytes that its payload stands for. */
function written({ payload, payloadType, ...message }: MessageConfig): BrokerMessage {
  // Without a topic it is not sent, and its payload has not been checked.
  if (message.topic === '') return { ...message, payload };
  switch (payloadType) {
    case 'bin': {
      // A text stands for its bytes.
      const bytes: unknown = JSON.parse(payload);
      return { ...message, payload: Array.isArray(bytes) ? Buffer.from(bytes) : String(bytes) };
    }
    case 'base64':
      return { ...message, payload: Buffer.from(payload, 'base64') };
    default:
      return { ...message, payload };
  }
}

/** The publication of `message`; undefined when it has no topic, and is not wanted. */
function prepare(message: BrokerMessage, setting: string): Result<OutgoingPublication | undefined> {
  const codec = findCodec('auto');
  if (message.topic === '' || !codec.ok) return found(undefined);
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
    codec.value,
  );
  if (built.ok) return found(built.publication);
  const { code, params } = built.error;
  const property =
    typeof params.property === 'string' ? params.property.replace(/^msg/, `${setting}.properties`) : setting;
  return failed(new MqttFlowsError(code, { stage: 'config', params: { ...params, property } }));
}

function prepareWill(message: BrokerMessage, setting = 'will'): Result<Will | undefined> {
  const { willDelayInterval: delay, ...properties } = message.properties;
  const will = prepare({ ...message, properties }, setting);
  if (!will.ok || will.value === undefined || isBlank(delay)) return will;
  const seconds = asWhole(delay, 0, FOUR_BYTES);
  if (seconds !== undefined) return found({ ...will.value, delayInterval: seconds });
  return failed(invalidSetting(`${setting}.properties.willDelayInterval`, delay, `0 … ${FOUR_BYTES}`));
}

function prepareUserProperties(
  configured: Readonly<Record<string, unknown>>,
  setting = 'userProperties',
): Result<ConnectProperties['userProperties']> {
  if (Object.keys(configured).length === 0) return found(undefined);
  const read = userPropertiesFrom(configured);
  return read ? found(read) : failed(invalidSetting(setting, configured, 'expected.names'));
}
