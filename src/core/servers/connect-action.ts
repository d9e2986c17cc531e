// What a message may change about a connection: `msg.broker` of the connect action, with the names of the core MQTT
// nodes. Values are taken literally: a message reads no variables and no files.

import { expectation, MqttFlowsError } from '../errors/mqtt-flows-error';
import { isQoS, type QoS } from '../publications/publication';
import { exceedsMqttString } from '../topics/topic-name';
import { bracketed, parseServerUrl, type ServerAddress } from './server-url';

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
  readonly messages?: Readonly<Partial<Record<MessageName, OverridingMessage>>>;
}

/** The messages that a connection sends by itself. */
export type MessageName = 'birth' | 'close' | 'will';

/** A message as it is configured; a blank topic means none. */
export interface OverridingMessage {
  readonly topic: string;
  readonly payload: string;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface ConnectAction {
  /** Whether to reconnect if a connection stands. */
  readonly force: boolean;
  readonly overrides: ConnectOverrides | undefined;
}

export type ConnectActionResult =
  | { readonly ok: true; readonly action: ConnectAction }
  | { readonly ok: false; readonly error: MqttFlowsError };

const SERVER_NAMES = ['url', 'broker', 'port', 'usetls'];
const NAMES = [
  ...SERVER_NAMES,
  ...['clientid', 'username', 'password', 'keepalive', 'protocolVersion', 'cleansession'],
  ...['sessionExpiryInterval', 'sessionExpiry', 'receiveMaximum', 'maximumPacketSize', 'topicAliasMaximum'],
  ...['userProperties', 'birth', 'close', 'will', 'force'],
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
  if (!isPlainObject(broker)) return failed('', broker, 'expected.section');
  const values = broker;
  const names = Object.keys(values).filter((name) => values[name] !== undefined && values[name] !== null);
  const accepted = configured ? NAMES : NAMES.filter((name) => !SERVER_NAMES.includes(name));
  const unknown = names.find((name) => !accepted.includes(name));
  if (unknown !== undefined) {
    const reason = Object.hasOwn(REFUSED, unknown) ? REFUSED[unknown] : undefined;
    return failed(unknown, undefined, reason ?? accepted.join(', '));
  }
  const overrides: Writable<ConnectOverrides> = {};
  for (const name of names) {
    const expected = READERS[name]?.(values[name], overrides);
    if (expected !== undefined) return failed(name, isSecret(name) ? undefined : values[name], expected);
  }
  if (configured && names.some((name) => SERVER_NAMES.includes(name))) {
    const server = readServer(values, configured);
    if (server instanceof MqttFlowsError) return { ok: false, error: server };
    overrides.server = server;
  }
  const changes = names.some((name) => name !== 'force');
  return {
    ok: true,
    action: { force: flag(values.force) ?? false, overrides: changes ? overrides : undefined },
  };
}

/** Sets an override from a value of a message, or returns what was expected instead. */
type Reader = (value: unknown, overrides: Writable<ConnectOverrides>) => string | undefined;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const isText = (value: unknown): value is string =>
  typeof value === 'string' && !exceedsMqttString(value) && !value.includes('\0');

const READERS: Readonly<Record<string, Reader>> = {
  url: (value) => (isText(value) ? undefined : 'expected.text'),
  broker: (value) => (isText(value) ? undefined : 'expected.text'),
  port: (value) => (whole(value, 1, 65_535) === undefined ? '1 … 65535' : undefined),
  usetls: (value) => (flag(value) === undefined ? 'true, false' : undefined),
  force: (value) => (flag(value) === undefined ? 'true, false' : undefined),
  clientid(value, overrides) {
    if (!isText(value)) return 'expected.text';
    if (value !== '') overrides.clientId = value;
    return undefined;
  },
  username(value, overrides) {
    if (!isText(value)) return 'expected.text';
    overrides.username = value;
    return undefined;
  },
  password(value, overrides) {
    if (!isText(value)) return 'expected.text';
    overrides.password = value;
    return undefined;
  },
  keepalive(value, overrides) {
    const seconds = whole(value, 0, 65_535);
    if (seconds === undefined) return '0 … 65535';
    overrides.keepalive = seconds;
    return undefined;
  },
  protocolVersion(value, overrides) {
    const version = ([5, 4, 3, 'auto'] as const).find((known) => String(known) === value || known === value);
    if (version === undefined) return 'auto, 5, 4, 3';
    overrides.protocolVersion = version;
    return undefined;
  },
  cleansession(value, overrides) {
    const clean = flag(value);
    if (clean === undefined) return 'true, false';
    overrides.cleanStart = clean;
    return undefined;
  },
  sessionExpiryInterval: (value, overrides) => readLimit('sessionExpiryInterval', value, overrides),
  // The core nodes have two names for the session expiry interval.
  sessionExpiry: (value, overrides) => readLimit('sessionExpiryInterval', value, overrides),
  receiveMaximum: (value, overrides) => readLimit('receiveMaximum', value, overrides),
  maximumPacketSize: (value, overrides) => readLimit('maximumPacketSize', value, overrides),
  topicAliasMaximum: (value, overrides) => readLimit('topicAliasMaximum', value, overrides),
  userProperties(value, overrides) {
    if (!isPlainObject(value)) return 'expected.section';
    overrides.userProperties = value;
    return undefined;
  },
  birth: (value, overrides) => readMessage('birth', value, overrides),
  close: (value, overrides) => readMessage('close', value, overrides),
  will: (value, overrides) => readMessage('will', value, overrides),
};

function readLimit(
  name: keyof typeof LIMITS,
  value: unknown,
  overrides: Writable<ConnectOverrides>,
): string | undefined {
  const [min, max] = LIMITS[name];
  const number = whole(value, min, max);
  if (number === undefined) return `${min} … ${max}`;
  overrides.properties = { ...overrides.properties, [name]: number };
  return undefined;
}

/** As in the core nodes, a value without a topic, or one that is no object, means no message. */
function readMessage(name: MessageName, value: unknown, overrides: Writable<ConnectOverrides>): string | undefined {
  const values: Values = isPlainObject(value) ? value : {};
  const { topic = '', payload = '', qos = 0, retain = false, properties = {} } = values;
  const level = whole(qos, 0, 2);
  const kept = flag(retain);
  if (!isText(topic) || !isText(payload)) return 'expected.text';
  if (!isQoS(level)) return 'qos: 0, 1, 2';
  if (kept === undefined) return 'retain: true, false';
  if (!isPlainObject(properties)) return 'expected.section';
  const message = { topic, payload, qos: level, retain: kept, properties };
  overrides.messages = { ...overrides.messages, [name]: message };
  return undefined;
}

function isPlainObject(value: unknown): value is Values {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** `url` is the whole address. Otherwise `broker`, which may be one too, is combined with `port` and `usetls`. */
function readServer({ url, broker, port, usetls }: Values, configured: ServerAddress): ServerAddress | MqttFlowsError {
  const address = [url, broker].find((text) => typeof text === 'string' && text.includes('://')) ?? url;
  const text = typeof address === 'string' && address !== '' ? address : composed({ broker, port, usetls }, configured);
  const result = parseServerUrl(text);
  if (result.ok) return result.address;
  // The part before an @ may contain a password.
  const params = {
    url: text.slice(0, 200).replace(/^(.*:\/\/)?.*@/s, '$1…@'),
    problemKey: `serverUrl.${result.problem}`,
  };
  return new MqttFlowsError('server-url-invalid', { stage: 'control', params });
}

function composed({ broker, port, usetls }: Values, configured: ServerAddress): string {
  const secure = flag(usetls);
  const scheme = secure === undefined ? configured.scheme : secure ? 'mqtts' : 'mqtt';
  const path = scheme === configured.scheme ? configured.path : '';
  const host = typeof broker === 'string' && broker !== '' ? broker : configured.host;
  return `${scheme}://${host.startsWith('[') ? host : bracketed(host)}:${whole(port, 1, 65_535) ?? configured.port}${path}`;
}

function flag(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

function whole(value: unknown, min: number, max: number): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max ? number : undefined;
}

function isSecret(name: string): boolean {
  return !['port', 'usetls', 'force', 'keepalive', 'protocolVersion'].includes(name);
}

function failed(name: string, value: unknown, expected: string): ConnectActionResult {
  const shown = typeof value === 'object' ? Object.prototype.toString.call(value) : String(value ?? '…');
  const property = `msg.broker${name === '' ? '' : `.${name.slice(0, 60)}`}`;
  const params = { property, value: shown.slice(0, 60), ...expectation(expected) };
  return { ok: false, error: new MqttFlowsError('property-invalid', { stage: 'control', params }) };
}
