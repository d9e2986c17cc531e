// Connections from beginning to end: what CONNECT says, birth, close and will messages, messages that connect and
// disconnect, what the nodes show, and what a Catch node hears.

import { type ConnectionCase, type ConnectionStep, type Scenario, VERSIONS } from './moving-case';

const steps = (...all: ConnectionStep[]): Scenario['steps'] => {
  return () => all;
};
const OPEN = steps('connected');
const CONNECT = { give: { action: 'connect' } } as const;
const DISCONNECT = { give: { action: 'disconnect' } } as const;
const HERE = { heard: 'here' } as const;
const SEND = { give: { topic: 'out', payload: 'x' } } as const;

const connectSettings: readonly [string, Readonly<Record<string, unknown>>, Scenario['credentials']?][] = [
  ['a new broker node', {}],
  ['a client identifier', { clientid: 'press 7' }],
  ['a kept session', { clientid: 'press', cleansession: false }],
  ['a kept session without a client identifier', { cleansession: false }],
  ['a session expiry interval', { clientid: 'press', cleansession: false, sessionExpiry: '60' }],
  ['a keep-alive', { keepalive: '10' }],
  ['a blank keep-alive', { keepalive: '' }],
  ['user properties', { userProps: '{"line":"a","n":1}' }],
  ['user properties that are no JSON', { userProps: 'line=a' }],
  ['MQTT 3.1 by compatmode', { compatmode: true }],
  ['user name and password', {}, { user: 'me', password: 's3cret' }],
  ['a user name alone', {}, { user: 'me' }],
  ['a will', { willTopic: 'gone', willPayload: 'bye', willQos: '1', willRetain: 'true' }],
  ['a will without a payload', { willTopic: 'gone', willPayload: '' }],
  ['a will with a wildcard in its topic', { willTopic: 'gone/#', willPayload: 'bye' }],
  ['a will with ${ in it', { willTopic: 'gone/${x}', willPayload: 'bye ${y}' }],
  [
    'a will with properties',
    {
      willTopic: 'gone',
      willPayload: '{"a":1}',
      willMsg: {
        contentType: 'application/json',
        respTopic: 'answer',
        expiry: '60',
        delay: '5',
        userProps: '{"a":"b"}',
      },
    },
  ],
];

/** Addresses; the port is that of the server, and 1 that of nobody. */
const addresses: readonly [string, (port: number) => Readonly<Record<string, unknown>>, Scenario['credentials']?][] = [
  ['a whole address as host', (port) => ({ broker: `mqtt://127.0.0.1:${port}`, port: '1' })],
  ['the property url', (port) => ({ broker: 'nobody.invalid', port: '1', url: `mqtt://127.0.0.1:${port}` })],
  ['host:port as host', (port) => ({ broker: '127.0.0.1:1', port: String(port) })],
  ['a path after a whole address', (port) => ({ broker: `mqtt://127.0.0.1:${port}/path`, port: '1' })],
  ['credentials before the host', (port) => ({ broker: 'me:s3cret@127.0.0.1', port: String(port) })],
  ['credentials in a whole address', (port) => ({ broker: `mqtt://me:s3%40cret@127.0.0.1:${port}` })],
  ['an @ in a password', (port) => ({ broker: `mqtt://me:s3@cret@127.0.0.1:${port}` })],
  ['a colon in a user name', (port) => ({ broker: `mqtt://vhost:me:s3cret@127.0.0.1:${port}` })],
  [
    'a user name in the address, and a password beside it',
    (port) => ({ broker: `mqtt://me@127.0.0.1:${port}` }),
    { user: 'you', password: 's3cret' },
  ],
  [
    'credentials in the address and others beside it',
    (port) => ({ broker: `mqtt://me:s3cret@127.0.0.1:${port}` }),
    { user: 'you', password: 'yours' },
  ],
  [
    'a client identifier in the address',
    (port) => ({ broker: `mqtt://127.0.0.1:${port}?clientId=a%20b`, clientid: 'c' }),
  ],
];

const presence: readonly Scenario[] = [
  [
    'a birth message',
    { birthTopic: 'here', birthPayload: 'hello', birthQos: '1', birthRetain: 'true' },
    steps('connected', HERE, SEND, 'stop'),
  ],
  ['a birth message without a payload', { birthTopic: 'here', birthPayload: '' }, steps('connected', HERE)],
  [
    'a birth message with a wildcard in its topic',
    { birthTopic: 'here/+', birthPayload: 'x' },
    steps('connected', SEND),
  ],
  [
    'a birth message with ${ in it',
    { birthTopic: 'a/${x}', birthPayload: '${y} is' },
    steps('connected', { heard: 'a/${x}' }),
  ],
  [
    'a birth message with properties',
    { birthTopic: 'here', birthPayload: 'x', birthMsg: { contentType: 'text/plain', userProps: '{"a":"b"}' } },
    steps('connected', HERE),
  ],
  ['a close message at a stop', { closeTopic: 'left', closePayload: 'bye', closeQos: '1' }, steps('connected', 'stop')],
  [
    'a close message at a disconnect action',
    { closeTopic: 'left', closePayload: 'bye', closeRetain: 'true' },
    steps('connected', DISCONNECT),
  ],
].map(([name, own, all]) => ({
  name: name as string,
  settings: () => own as Readonly<Record<string, unknown>>,
  steps: all as Scenario['steps'],
  parts: ['packets', 'errors'],
}));

const at = (port: number, more: object = {}): ConnectionStep => ({
  give: { action: 'connect', broker: { broker: '127.0.0.1', port, force: true, ...more } },
});

const LATER = { autoConnect: false };

const actions: readonly Scenario[] = [
  {
    name: 'a connect action at a broker node that waits for it',
    settings: () => LATER,
    steps: steps(CONNECT, 'connected', SEND),
    parts: ['ends', 'packets', 'status', 'errors'],
  },
  {
    name: 'a disconnect action',
    steps: steps('connected', DISCONNECT, 'disconnected'),
    parts: ['ends', 'packets', 'status', 'badge', 'errors'],
  },
  { name: 'disconnect twice', steps: steps('connected', DISCONNECT, DISCONNECT), parts: ['ends', 'packets', 'errors'] },
  {
    name: 'a disconnect action before any connection',
    settings: () => LATER,
    steps: steps(DISCONNECT),
    parts: ['ends'],
  },
  {
    name: 'disconnect and connect',
    steps: steps('connected', DISCONNECT, CONNECT, 'connected', SEND),
    parts: ['ends', 'packets', 'status', 'errors'],
  },
  {
    name: 'a message while disconnected',
    settings: () => LATER,
    steps: steps(SEND),
    parts: ['ends', 'packets', 'errors'],
  },
  {
    name: 'a message while disconnected, and one after a connect action',
    settings: () => LATER,
    steps: steps(SEND, CONNECT, 'connected', { give: { topic: 'later', payload: 'y' } }),
    parts: ['packets'],
  },
  {
    name: 'connect with other settings, by force',
    steps: (port) => ['connected', at(port, { clientid: 'other', keepalive: 7, cleansession: true }), 'connected'],
    parts: ['CONNECT', 'ends', 'errors'],
  },
  {
    name: 'connect with user name and password',
    settings: () => LATER,
    steps: (port) => [at(port, { username: 'me', password: 's3cret' }), 'connected'],
    parts: ['CONNECT', 'ends'],
  },
  {
    name: 'connect to a url with credentials',
    settings: () => LATER,
    steps: (port) => [
      { give: { action: 'connect', broker: { url: `mqtt://me:s3cret@127.0.0.1:${port}/path` } } },
      'connected',
    ],
    parts: ['CONNECT', 'ends'],
  },
  {
    name: 'connect to host:port with credentials',
    settings: () => LATER,
    steps: (port) => [at(port, { broker: 'me:s3cret@127.0.0.1:1' }), 'connected'],
    parts: ['CONNECT', 'ends'],
  },
  {
    name: 'connect with birth and will',
    settings: () => LATER,
    steps: (port) => [
      at(port, {
        birth: { topic: 'here', payload: { a: 1 }, qos: 1 },
        will: { topic: 'gone', payload: 7, properties: { delay: 5, userProps: { a: 'b' } } },
      }),
      'connected',
      HERE,
    ],
    parts: ['CONNECT', 'packets', 'ends'],
  },
  {
    name: 'connect with a value that is none',
    settings: () => LATER,
    steps: (port) => [at(port, { keepalive: 'soon' })],
    parts: ['ends', 'errors'],
  },
  {
    name: 'connect by MQTT 3.1.1 or 5 of the message',
    settings: () => LATER,
    steps: (port) => [at(port, { protocolVersion: '4' }), 'connected'],
    parts: ['CONNECT', 'ends'],
  },
];

const failures: readonly Scenario[] = [
  { name: 'a connection that stands', steps: OPEN, parts: ['status', 'badge', 'errors', 'packets'] },
  { name: 'a connection that is lost', steps: steps('connected', 'cut', 'disconnected'), parts: ['status', 'errors'] },
  {
    name: 'a connection that is lost and made again',
    steps: steps('connected', 'cut', 'disconnected', 'connected'),
    parts: ['status', 'packets'],
  },
  { name: 'a flow that stops', steps: steps('connected', 'stop'), parts: ['packets'] },
  {
    name: 'a server that refuses the credentials',
    server: 'refuses',
    steps: steps('failed'),
    parts: ['status', 'badge', 'errors'],
  },
  {
    name: 'a server that is not there',
    server: 'absent',
    steps: steps('failed'),
    parts: ['status', 'badge', 'errors'],
  },
  { name: 'a filter with ${ in it', topics: { in: 'a/${x}/+' }, steps: OPEN, parts: ['packets'] },
  {
    name: 'a filter that is not valid',
    topics: { in: 'a/x+' },
    steps: steps('out connected'),
    parts: ['packets', 'errors'],
  },
];

const scenarios: readonly Scenario[] = [
  ...connectSettings.map(
    ([name, own, credentials]): Scenario => ({
      name,
      settings: () => own,
      ...(credentials ? { credentials } : {}),
      steps: OPEN,
      parts: ['CONNECT'],
    }),
  ),
  ...addresses.map(
    ([name, settings, credentials]): Scenario => ({
      name,
      settings,
      ...(credentials ? { credentials } : {}),
      steps: OPEN,
      parts: ['CONNECT'],
    }),
  ),
  ...presence,
  ...actions,
  ...failures,
];

export const connectionCases: readonly ConnectionCase[] = VERSIONS.flatMap((version) =>
  scenarios.flatMap((scenario) =>
    scenario.parts.map(
      (part): ConnectionCase => ({ kind: 'connection', title: `${scenario.name}: ${part}`, version, part, scenario }),
    ),
  ),
);
