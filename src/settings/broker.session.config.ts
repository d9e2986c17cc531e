// The part of a broker node's saved configuration about CONNECT and the birth, close and will messages.

import { type MessageConfig, PAYLOAD_TYPES } from '../core/servers/message-config';
import type { SavedNumber } from './environment-text';
import { messagePayloadProblem } from './message-payload';
import type { SavedConfig } from './saved-config';

export interface SessionConfig {
  /** False: the server keeps the session with its subscriptions and messages while there is no connection. */
  cleanStart: boolean;
  /** s; blank: for ever, as in MQTT 3.1.1 */
  sessionExpiryInterval: SavedNumber;
  birth: MessageConfig;
  close: MessageConfig;
  will: MessageConfig;
  /** QoS 1 and 2 messages that the server may send without an acknowledgement; blank: 1000 */
  receiveMaximum: SavedNumber;
  /** bytes; blank: no limit */
  maximumPacketSize: SavedNumber;
  /** blank: no topic aliases */
  topicAliasMaximum: SavedNumber;
  /** MQTT 5 only. A name may have several values. */
  userProperties: Record<string, string | string[]>;
}

export const messageDefaults: MessageConfig = { topic: '', payload: '', qos: 0, retain: false, properties: {} };

export const sessionDefaults: SessionConfig = {
  cleanStart: true,
  sessionExpiryInterval: '',
  birth: { ...messageDefaults },
  close: { ...messageDefaults },
  will: { ...messageDefaults },
  receiveMaximum: '',
  maximumPacketSize: '',
  topicAliasMaximum: '',
  userProperties: {},
};

/** The settings as the runtime uses them. runtime/client/presence-messages.ts checks whether a message fits MQTT. */
export interface SessionSettings {
  readonly cleanStart: boolean;
  readonly birth: MessageConfig;
  readonly close: MessageConfig;
  readonly will: MessageConfig;
  readonly properties: {
    readonly sessionExpiryInterval?: number;
    readonly receiveMaximum: number;
    readonly maximumPacketSize?: number;
    readonly topicAliasMaximum?: number;
  };
  readonly userProperties: Readonly<Record<string, unknown>>;
}

const FOUR_BYTES = 0xffff_ffff;
/** The value for a blank setting. Without a limit, a server may send 65,535 messages to a flow that can handle one. */
const RECEIVE_MAXIMUM = 1000;

/** The ranges of the whole numbers, both ends included (MQTT 5, section 3.1.2.11). */
export const SESSION_RANGES = {
  sessionExpiryInterval: [0, FOUR_BYTES],
  receiveMaximum: [1, 0xffff],
  maximumPacketSize: [1, FOUR_BYTES],
  topicAliasMaximum: [0, 0xffff],
} as const satisfies Partial<Record<keyof SessionConfig, readonly [number, number]>>;

export function readSession(saved: SavedConfig): SessionSettings {
  const cleanStart = saved.boolean('cleanStart', sessionDefaults.cleanStart);
  // Without an expiry interval, an MQTT 5 session ends with its connection. MQTT 3.1.1 keeps it for ever (MQTT 5,
  // section 3.1.2.11.2).
  const expiry = saved.integer(
    'sessionExpiryInterval',
    cleanStart ? undefined : FOUR_BYTES,
    ...SESSION_RANGES.sessionExpiryInterval,
  );
  const receiveMaximum = saved.integer('receiveMaximum', RECEIVE_MAXIMUM, ...SESSION_RANGES.receiveMaximum);
  const maximumPacketSize = saved.integer('maximumPacketSize', undefined, ...SESSION_RANGES.maximumPacketSize);
  const topicAliasMaximum = saved.integer('topicAliasMaximum', undefined, ...SESSION_RANGES.topicAliasMaximum);
  return {
    cleanStart,
    birth: readMessage(saved.section('birth')),
    close: readMessage(saved.section('close')),
    will: readMessage(saved.section('will')),
    properties: {
      ...(expiry === undefined ? {} : { sessionExpiryInterval: expiry }),
      receiveMaximum,
      ...(maximumPacketSize === undefined ? {} : { maximumPacketSize }),
      ...(topicAliasMaximum === undefined ? {} : { topicAliasMaximum }),
    },
    userProperties: saved.record('userProperties'),
  };
}

function readMessage(saved: SavedConfig): MessageConfig {
  const topic = saved.text('topic', messageDefaults.topic);
  const payload = saved.text('payload', messageDefaults.payload);
  const payloadType = saved.choice('payloadType', PAYLOAD_TYPES, 'str');
  const problem = topic === '' ? undefined : messagePayloadProblem(payload, payloadType);
  if (problem !== undefined) saved.invalid('payload', problem);
  return {
    topic,
    payload,
    payloadType,
    qos: saved.choice('qos', [0, 1, 2], messageDefaults.qos),
    retain: saved.boolean('retain', messageDefaults.retain),
    properties: { ...saved.record('properties') },
  };
}
