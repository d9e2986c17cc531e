// Messages and packets as plain data that can be compared: without what differs by chance.

import type { IPublishPacket } from 'mqtt';

const TOPIC = '~';

type Plain = Readonly<Record<string, unknown>>;

/** The parts of a message that a publication gives it. */
const PARTS = [
  'payload',
  'qos',
  'retain',
  'responseTopic',
  'correlationData',
  'contentType',
  'messageExpiryInterval',
  'payloadFormatIndicator',
  'userProperties',
  'subscriptions',
];

/** A message of a flow. `topic` is the part of its topic that only this case has. */
export function plainMessage(message: object, topic: string): Plain {
  const values = message as Plain;
  const parts = PARTS.filter((name) => values[name] !== undefined).map((name) => [name, plain(values[name], topic)]);
  return { topic: plain(values.topic, topic), ...Object.fromEntries(parts) };
}

/** A packet as the server has sent it on. */
export function plainPacket(
  { topic: of, payload, qos, retain, properties = {} }: IPublishPacket,
  topic: string,
): Plain {
  const { subscriptionIdentifier: _, topicAlias: _alias, ...others } = properties;
  return {
    topic: plain(of, topic),
    payload: plain(Buffer.from(payload), topic),
    qos,
    retain,
    properties: plain(others, topic),
  };
}

function plain(value: unknown, topic: string): unknown {
  if (typeof value === 'string') return value.replaceAll(topic, TOPIC);
  if (typeof value === 'bigint') return `${value}n`;
  if (Buffer.isBuffer(value)) return { buffer: value.toString('hex') };
  if (Array.isArray(value)) return value.map((entry) => plain(entry, topic));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(
    // Objects of mqtt-packet have no prototype, and cannot be sorted as texts.
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, entry]) => [name, plain(entry, topic)]),
  );
}
