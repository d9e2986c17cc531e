// What a message may change about a connection: `msg.broker` of the connect action, with the names of the core MQTT
// nodes. Values are taken literally: a message reads no variables and no files.

import { MqttFlowsError } from '../errors/mqtt-flows-error';
import { type Failed, failed, found, type Result } from '../errors/result';
import { isQoS } from '../publications/publication';
import { exceedsMqttString } from '../topics/topic-name';
import { asFlag, asWhole, fieldsOf, isRecord, propertyInvalid } from '../values/plain-value';
import { addressOf, asCoreReads, clientIdOf } from './core-address';
import type { BrokerMessage } from './message-config';
import { parseServerUrl, type ServerAddress, withoutSecrets } from './server-url';

/** Values that replace settings of the broker node. A blank user name or password means none. */
export interface ConnectOverrides {
  readonly server?: ServerAddress;
  readonly clientId?: string;
  readonly username?: string;
  readonly password?: string;
  /** s */
  readonly keepalive?: number;
  readonly protocolVersion?: 'auto' | 5 | 4 | 3;
  readonly cleanStart?: boolean;
  /** MQTT 5, section 3.1.2.11. The interval is in s, the size in bytes. */
  readonly properties?: Readonly<Partial<Record<keyof typeof LIMITS, number>>>;
  /** Names with texts, not checked here. */
  readonly userProperties?: Readonly<Record<string, unknown>>;
  /** They replace the configured ones. Whether they fit MQTT is checked elsewhere. */
  readonly messages?: Readonly<Partial<Record<MessageName, BrokerMessage>>>;
}

/** The messages that a connection sends by itself. */
export type MessageName = 'birth' | 'close' | 'will';

export interface ConnectAction {
  /** Whether to reconnect if a connection stands. */
  readonly force: boolean;
  readonly overrides: ConnectOverrides | undefined;
}

type ConnectActionResult =
  | { readonly ok: true; readonly action: ConnectAction }
  | { readonly ok: false; readonly error: MqttFlowsError };

const SERVER_NAMES = ['url', 'broker', 'port', 'usetls'];
const NAMES = [
  ...SERVER_NAMES,
  ...['clientid', 'username', 'password', 'keepalive', 'protocolVersion', 'cleansession'],
  ...['sessionExpiryInterval', 'sessionExpiry', 'receiveMaximum', 'maximumPacketSize', 'topicAliasMaximum'],
  ...['userProperties', 'userProps', 'birth', 'close', 'will', 'force', 'compatmode', 'autoConnect', 'autoUnsubscribe'],
];
/** MQTT 5, section 3.1.2.11. */
const LIMITS = {
  sessionExpiryInterval: [0, 0xffff_ffff],
  receiveMaximum: [1, 0xffff],
  maximumPacketSize: [1, 0xffff_ffff],
  topicAliasMaximum: [0, 0xffff],
} as const;
/** Names of the core nodes that are refused, each with its own reason. */
const REFUSED: Readonly<Record<string, string>> = { verifyservercert: 'expected.verifiedByTls' };

type Values = Readonly<Record<string, unknown>>;

/**
 * Reads `msg.broker`. `configured` is the server of the node, which supplies the parts that are not given; undefined
 * for the embedded broker, which cannot be replaced. The first value that does not fit is the error. The error never
 * shows a value that may be secret.
 */
export function readConnectAction(broker: unknown, configured: ServerAddress | undefined): ConnectActionResult {
  if (broker === undefined || broker === null) return { ok: true, action: { force: false, overrides: undefined } };
  if (!isRecord(broker)) return refused('', broker, 'expected.section');
  const values = broker;
  const names = Object.keys(values).filter((name) => values[name] !== undefined && values[name] !== null);
  const accepted = configured ? NAMES : NAMES.filter((name) => !SERVER_NAMES.includes(name));
  const unknown = names.find((name) => !accepted.includes(name));
  if (unknown !== undefined) {
    const reason = Object.hasOwn(REFUSED, unknown) ? REFUSED[unknown] : undefined;
    return refused(unknown, undefined, reason ?? accepted.join(', '));
  }
  let overrides: ConnectOverrides = {};
  for (const name of names) {
    const read = READERS[name]?.(values[name]);
    if (read && !read.ok) return refused(name, isSecret(name) ? undefined : values[name], read.error);
    if (read) overrides = merged(overrides, read.value);
  }
  if (configured && names.some((name) => SERVER_NAMES.includes(name))) {
    const server = readServer(values, configured);
    if (!server.ok) return server;
    overrides = { ...overrides, ...server.value };
  }
  const changes = names.some((name) => name !== 'force');
  return {
    ok: true,
    action: { force: asFlag(values.force) ?? false, overrides: changes ? overrides : undefined },
  };
}

/** The overrides that a value sets, or what was expected instead. */
type Reading = Result<ConnectOverrides, string>;

const isText = (value: unknown): value is string =>
  typeof value === 'string' && !exceedsMqttString(value) && !value.includes('\0');

/** For a value that sets nothing by itself: it is read later, together with others. */
function checked(fits: boolean, expected: string): Reading {
  return fits ? found({}) : failed(expected);
}

const READERS: Readonly<Record<string, (value: unknown) => Reading>> = {
  url: (value) => checked(isText(value), 'expected.text'),
  broker: (value) => checked(isText(value), 'expected.text'),
  port: (value) => checked(asWhole(value, 1, 65_535) !== undefined, '1 … 65535'),
  usetls: (value) => checked(asFlag(value) !== undefined, 'true, false'),
  force: (value) => checked(asFlag(value) !== undefined, 'true, false'),
  clientid(value) {
    if (!isText(value)) return failed('expected.text');
    return found(value === '' ? {} : { clientId: value });
  },
  username: (value) => (isText(value) ? found({ username: value }) : failed('expected.text')),
  password: (value) => (isText(value) ? found({ password: value }) : failed('expected.text')),
  keepalive(value) {
    const keepalive = asWhole(value, 0, 65_535);
    return keepalive === undefined ? failed('0 … 65535') : found({ keepalive });
  },
  protocolVersion(value) {
    const version = ([5, 4, 3, 'auto'] as const).find((known) => String(known) === value || known === value);
    return version === undefined ? failed('auto, 5, 4, 3') : found({ protocolVersion: version });
  },
  cleansession(value) {
    const cleanStart = asFlag(value);
    return cleanStart === undefined ? failed('true, false') : found({ cleanStart });
  },
  sessionExpiryInterval: (value) => readLimit('sessionExpiryInterval', value),
  // The core nodes have two names for the session expiry interval.
  sessionExpiry: (value) => readLimit('sessionExpiryInterval', value),
  receiveMaximum: (value) => readLimit('receiveMaximum', value),
  maximumPacketSize: (value) => readLimit('maximumPacketSize', value),
  topicAliasMaximum: (value) => readLimit('topicAliasMaximum', value),
  userProperties: readUserProperties,
  userProps: readUserProperties,
  // An action with this name connects in any case, and nothing is unsubscribed when Node-RED stops.
  autoConnect: (value) => checked(asFlag(value) !== undefined, 'true, false'),
  autoUnsubscribe: (value) => checked(asFlag(value) === false, 'false'),
  compatmode(value) {
    const old = asFlag(value);
    return old === undefined ? failed('true, false') : found(old ? { protocolVersion: 3 } : {});
  },
  birth: (value) => readMessage('birth', value),
  close: (value) => readMessage('close', value),
  will: (value) => readMessage('will', value),
};

/** `before` with `change` added. Limits and messages are added one by one. */
function merged(before: ConnectOverrides, { properties, messages, ...change }: ConnectOverrides): ConnectOverrides {
  return {
    ...before,
    ...change,
    ...(properties && { properties: { ...before.properties, ...properties } }),
    ...(messages && { messages: { ...before.messages, ...messages } }),
  };
}

/** An object, or JSON of one. */
function readUserProperties(value: unknown): Reading {
  const given = typeof value === 'string' ? parsedJson(value) : value;
  return isRecord(given) ? found({ userProperties: given }) : failed('expected.section');
}

/** Undefined when `text` is no JSON. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readLimit(name: keyof typeof LIMITS, value: unknown): Reading {
  const [min, max] = LIMITS[name];
  const number = asWhole(value, min, max);
  return number === undefined ? failed(`${min} … ${max}`) : found({ properties: { [name]: number } });
}

/** The names of a message's properties in the core nodes' settings, and those in a message. */
const LONG_NAMES: Readonly<Record<string, string>> = {
  respTopic: 'responseTopic',
  correl: 'correlationData',
  expiry: 'messageExpiryInterval',
  delay: 'willDelayInterval',
  userProps: 'userProperties',
};

const MESSAGE_PROPERTIES: ReadonlySet<string> = new Set([
  ...Object.values(LONG_NAMES),
  ...['contentType', 'payloadFormatIndicator'],
]);

function withLongNames(properties: Values): Values {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => {
      const long = Object.hasOwn(LONG_NAMES, name) ? (LONG_NAMES[name] ?? name) : name;
      return [long, long === 'userProperties' && typeof value === 'string' ? (parsedJson(value) ?? value) : value];
    }),
  );
}

/**
 * As in the core nodes, a value without a topic, or one that is no object, means no message. The payload may be what a
 * publish node takes: text, bytes, or a value that becomes JSON.
 */
function readMessage(name: MessageName, value: unknown): Reading {
  const values: Values = fieldsOf(value);
  const { topic = '', payload = '', qos = 0, retain = false, properties = {} } = values;
  const level = asWhole(qos, 0, 2);
  const kept = asFlag(retain);
  if (!isText(topic)) return failed('expected.text');
  if (!isQoS(level)) return failed('qos: 0, 1, 2');
  if (kept === undefined) return failed('retain: true, false');
  if (!isRecord(properties)) return failed('expected.section');
  const named = withLongNames(properties);
  const unknown = Object.keys(named).find((property) => !MESSAGE_PROPERTIES.has(property));
  if (unknown !== undefined) return failed([...MESSAGE_PROPERTIES].join(', '));
  return found({ messages: { [name]: { topic, payload, qos: level, retain: kept, properties: named } } });
}

/**
 * `url` is the whole address; otherwise `broker`, which may be one too, with `port` and `usetls`. As in the core nodes, user
 * name and password in an address win over those beside it.
 */
function readServer({ url, broker, port, usetls }: Values, configured: ServerAddress): Result<ConnectOverrides> {
  const whole = [url, broker].find((text) => typeof text === 'string' && text.includes('://')) ?? url;
  const text = typeof whole === 'string' && whole !== '' ? whole : composed({ broker, port, usetls }, configured);
  const result = parseServerUrl(asCoreReads(text));
  if (!result.ok) {
    const params = { url: withoutSecrets(text).slice(0, 200), problemKey: `serverUrl.${result.problem}` };
    return failed(new MqttFlowsError('server-url-invalid', { stage: 'control', params }));
  }
  const clientId = clientIdOf(text);
  const named = clientId === undefined ? {} : { clientId };
  if (result.address.scheme === 'mqtt+unix') return found({ server: result.address, ...named });
  const { credentials, ...server } = result.address;
  return found({ server, ...credentials, ...named });
}

function composed({ broker, port, usetls }: Values, server: ServerAddress): string {
  // A socket has no parts that could be kept.
  const configured = server.scheme === 'mqtt+unix' ? LOCAL : server;
  const secure = asFlag(usetls);
  const scheme = secure === undefined ? configured.scheme : secure ? 'mqtts' : 'mqtt';
  const path = scheme === configured.scheme ? configured.path : '';
  const host = typeof broker === 'string' && broker !== '' ? broker : configured.host;
  return addressOf(scheme, host, asWhole(port, 1, 65_535) ?? configured.port) + path;
}

const LOCAL = { scheme: 'mqtt', host: 'localhost', port: 1883, path: '' } as const;

function isSecret(name: string): boolean {
  return !['port', 'usetls', 'force', 'keepalive', 'protocolVersion'].includes(name);
}

function refused(name: string, value: unknown, expected: string): Failed {
  const property = `msg.broker${name === '' ? '' : `.${name.slice(0, 60)}`}`;
  return failed(propertyInvalid(property, value ?? '…', expected, 'control'));
}
