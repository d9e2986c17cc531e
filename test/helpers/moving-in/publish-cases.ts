// Messages of every kind for nodes that publish, and the settings of the node that count beside them.

import { type PublishCase, VERSIONS, type Version } from './moving-case';

type Values = Readonly<Record<string, unknown>>;

function one(version: Version, title: string, own: Values, settings: Values = {}): PublishCase {
  return {
    kind: 'publish',
    title,
    version,
    settings: () => settings,
    message: (topic) => ({ topic, payload: 'x', ...own }),
  };
}

const PAYLOADS: readonly [string, unknown][] = [
  ['a text', 'text'],
  ['an empty text', ''],
  ['a number', 21.5],
  ['0', 0],
  ['NaN', Number.NaN],
  ['true', true],
  ['false', false],
  ['an object', { a: 1, b: [true, null] }],
  ['an object with a Date', { at: new Date(0) }],
  ['an array', [1, 'two']],
  ['a Buffer', Buffer.from([0, 255])],
  ['an empty Buffer', Buffer.alloc(0)],
  ['a Uint8Array', Uint8Array.from([1, 2])],
  ['a Date', new Date(0)],
  ['null', null],
  ['undefined', undefined],
  ['a large whole number', 12345678901234567890n],
  ['a Map', new Map([['a', 1]])],
];

function payloads(version: Version): PublishCase[] {
  const cases = PAYLOADS.map(([name, payload]) => one(version, `msg.payload: ${name}`, { payload }));
  const none = one(version, 'no msg.payload', {});
  const retained = [null, '', undefined].map((payload) =>
    one(version, `msg.payload: ${String(payload) || 'an empty text'}, retained`, { payload, retain: true }),
  );
  return [...cases, { ...none, message: (topic) => ({ topic }) }, ...retained];
}

const QOS = [0, 1, 2, '0', '1', '2', 3, -1, 1.5, 'high', '', null, true, undefined];
const RETAIN = [true, false, 'true', 'false', 0, 1, 'yes', '', null, undefined];

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}

function levels(version: Version): PublishCase[] {
  return [
    ...QOS.map((qos) => one(version, `msg.qos: ${shown(qos)}`, { qos })),
    ...RETAIN.map((retain) => one(version, `msg.retain: ${shown(retain)}`, { retain })),
    ...['0', '1', '2', '', 0, 1].map((qos) =>
      one(version, `QoS ${shown(qos)} of the node, msg.qos 2`, { qos: 2 }, { qos }),
    ),
    ...['true', 'false', '', true, false].map((retain) =>
      one(version, `retain ${shown(retain)} of the node, msg.retain true`, { retain: true }, { retain }),
    ),
  ];
}

function topics(version: Version): PublishCase[] {
  const ofMessage: [string, (topic: string) => unknown][] = [
    ['a topic', (topic) => topic],
    ['a topic with a space', (topic) => `${topic}/a b`],
    ['a topic that ends with /', (topic) => `${topic}/`],
    ['a topic with {{ in it', (topic) => `${topic}/{{payload}}`],
    ['a topic with a wildcard', (topic) => `${topic}/+`],
    ['a topic with a line feed', (topic) => `${topic}/a\nb`],
    ['a topic with NUL', (topic) => `${topic}/a\0b`],
    ['an empty text', () => ''],
    ['a number', () => 7],
    ['null', () => null],
    ['an object', (topic) => ({ topic })],
    ['undefined', () => undefined],
  ];
  const ofNode: [string, (topic: string) => string][] = [
    ['a topic', (topic) => topic],
    ['a topic with {{ in it', (topic) => `${topic}/{{payload}}`],
    ['a topic with ${ in it', (topic) => `${topic}/\${payload}`],
    ['a topic with a wildcard', (topic) => `${topic}/#`],
  ];
  return [
    {
      ...one(version, 'no msg.topic, but a response topic', {}),
      message: (topic) => ({ responseTopic: topic, payload: 'x' }),
    },
    ...ofMessage.map(
      ([name, make]): PublishCase => ({
        ...one(version, `msg.topic: ${name}`, {}),
        message: (topic) => ({ topic: make(topic), payload: 'x' }),
      }),
    ),
    ...ofNode.map(
      ([name, make]): PublishCase => ({
        ...one(version, `topic of the node: ${name}`, {}),
        settings: (topic) => ({ topic: make(topic) }),
        message: (topic) => ({ topic: `${topic}/of the message`, payload: 'x' }),
      }),
    ),
  ];
}

const PROPERTIES: readonly [string, readonly unknown[]][] = [
  ['contentType', ['text/plain', '', 7, null, {}]],
  ['responseTopic', ['answer', '', 'answer/#', 7, null]],
  ['correlationData', [Buffer.from([1]), 'text', [1, 2], { type: 'Buffer', data: [1, 2] }, 7, '', null]],
  ['messageExpiryInterval', [60, '60', 0, -1, 1.5, 'soon', null, 2 ** 33]],
  ['payloadFormatIndicator', [true, false, 'true', 1, 0, 'yes', null]],
  [
    'userProperties',
    [{ a: '1' }, { a: 1, b: true }, { a: { b: 1 } }, { a: null, b: 'x' }, { a: ['1', '2'] }, {}, 'a=1', null, []],
  ],
  ['topicAlias', [1, 'one']],
];

function properties(version: Version): PublishCase[] {
  const ofMessage = PROPERTIES.flatMap(([name, values]) =>
    values.map((value) => one(version, `msg.${name}: ${named(value)}`, { [name]: value })),
  );
  const own = { contentType: 'text/of-message', responseTopic: 'of/message', messageExpiryInterval: 7 };
  const users = { userProperties: { a: 'message', c: 'message' } };
  return [
    ...ofMessage,
    one(version, 'content type of the node and of the message', own, { contentType: 'text/of-node' }),
    one(version, 'response topic of the node and of the message', own, { respTopic: 'of/node' }),
    one(version, 'correlation data of the node', own, { correl: 'of node' }),
    one(version, 'expiry of the node and of the message', own, { expiry: '60' }),
    one(version, 'user properties of the node', {}, { userProps: '{"a":"node","b":2}' }),
    one(version, 'user properties of the node and of the message', users, { userProps: '{"a":"node","b":2}' }),
    one(version, 'properties of the node that are not valid', {}, { respTopic: 'a/#', expiry: 'soon', userProps: 'x' }),
  ];
}

function named(value: unknown): string {
  if (Buffer.isBuffer(value)) return 'a Buffer';
  return typeof value === 'object' ? JSON.stringify(value) : shown(value);
}

export const publishCases: readonly PublishCase[] = VERSIONS.flatMap((version) =>
  [payloads, levels, topics, properties].flatMap((cases) => cases(version)),
);
