// One of our broker nodes as a core broker node, with what is lost. Runs in the editor too.

import { withoutSecrets } from '../servers/server-url';
import { fieldsOf, isBlank, isRecord } from '../values/plain-value';
import { type ConversionNote, type NodeConversion, note } from './conversion-note';
import { asType, type FlowNode, textOf } from './flow-node';
import { ourProperties } from './property-table';
import { keptVariableNotes, userPropertyTexts, wholeVariables } from './saved-text';

/** MQTT 5, section 3.1.2.11.2: the session does not end. */
const FOR_EVER = 0xffff_ffff;

/** `userNames` says whether the node has its user name with it: Node-RED keeps it apart, where core nodes look for another name. */
export function brokerToCore(node: FlowNode, userNames: 'known' | 'unknown' = 'known'): NodeConversion {
  if (node.connectTo === 'embedded') return { ok: false, notes: [note('embeddedBroker')] };
  const { server, count } = firstServer(node);
  const clientId = textOf(node.clientId);
  const cleansession = node.cleanStart !== false;
  const auto = node.protocolVersion === undefined || node.protocolVersion === 'auto';
  const notes: ConversionNote[] = [
    ...(count > 1 ? [note('severalServers', { count, address: withoutSecrets(server.broker) })] : []),
    ...(auto ? [note('versionFixed')] : []),
    ...(clientId.includes('{{') ? [note('template', { property: 'clientId' })] : []),
    ...(!cleansession && clientId === '' ? [note('sessionNeedsClientId')] : []),
    ...keptVariableNotes({ 'servers[0].url': server.broker, clientId, ...credentialTexts(node) }),
    ...keptVariableNotes(userPropertyTexts(node.userProperties), 'json'),
    ...severalNotes(node.userProperties),
    ...['birth', 'close', 'will'].flatMap((name) => presenceNotes(node, name)),
    ...lostSettings(node),
    ...(userNames === 'known' || fieldsOf(node.credentials).username !== undefined ? [] : [note('credentialsAgain')]),
  ];
  const protocolVersion = auto ? '4' : String(node.protocolVersion);
  const tls = textOf(node.tls);
  const settings = {
    broker: server.broker,
    port: server.port,
    tls,
    clientid: clientId,
    autoConnect: node.autoConnect !== false,
    usetls: server.secure,
    // Without a TLS configuration ours verifies the certificate, and the core node only when it is told to.
    verifyservercert: server.secure && tls === '',
    compatmode: false,
    protocolVersion,
    keepalive: textOf(node.keepalive) || '60',
    cleansession,
    autoUnsubscribe: false,
    ...presenceToCore(node, 'birth'),
    ...presenceToCore(node, 'close'),
    ...presenceToCore(node, 'will'),
    userProps: jsonOf(node.userProperties),
    sessionExpiry: expiryToCore(node, protocolVersion, cleansession),
    ...credentialsToCore(node),
  };
  return { ok: true, node: asType(node, 'mqtt-broker', ourProperties('mqtt-broker'), settings), added: [], notes };
}

interface CoreServer {
  readonly broker: string;
  readonly port: string;
  readonly secure: boolean;
}

const TCP = /^(?:(mqtts?|tcp|ssl|tls):\/\/)?(.+?)(?::(\d+|\$\{[^}]+\}))?\/?$/i;

function firstServer({ servers }: FlowNode): { server: CoreServer; count: number } {
  const list: readonly unknown[] = Array.isArray(servers) ? servers : [];
  const [entry] = list;
  const url = (isRecord(entry) ? textOf(entry.url).trim() : '') || 'mqtt://localhost:1883';
  const secure = /^(mqtts|ssl|tls|wss):/i.test(url);
  const [, , host = url, port = secure ? '8883' : '1883'] = TCP.exec(url) ?? [];
  // The core node has a field for the host, which may hold a whole address.
  const server = /^wss?:/i.test(url) ? { broker: url, port: '', secure } : { broker: unbracketed(host), port, secure };
  return { server, count: list.length };
}

function unbracketed(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

function presenceToCore(node: FlowNode, name: string): Readonly<Record<string, unknown>> {
  const saved = node[name];
  const message = fieldsOf(saved);
  const { contentType, responseTopic, correlationData, messageExpiryInterval, willDelayInterval, userProperties } =
    fieldsOf(message.properties);
  const properties = {
    contentType,
    userProps: jsonOf(userProperties),
    respTopic: responseTopic,
    correl: correlationData,
    expiry: messageExpiryInterval,
    delay: willDelayInterval,
  };
  return {
    [`${name}Topic`]: textOf(message.topic),
    [`${name}Qos`]: textOf(message.qos) || '0',
    [`${name}Retain`]: String(message.retain === true),
    [`${name}Payload`]: isBytes(message) ? '' : textOf(message.payload),
    [`${name}Msg`]: Object.fromEntries(Object.entries(properties).filter(([, value]) => !isBlank(value))),
  };
}

/** The field of the core node is text. */
function isBytes({ payloadType }: Readonly<Record<string, unknown>>): boolean {
  return payloadType === 'bin' || payloadType === 'base64';
}

function presenceNotes(node: FlowNode, name: string): ConversionNote[] {
  const message = node[name];
  if (!isRecord(message) || isBlank(message.topic)) return [];
  const properties = fieldsOf(message.properties);
  const texts = {
    [`${name}.topic`]: textOf(message.topic),
    [`${name}.payload`]: textOf(message.payload),
    ...Object.fromEntries(TEXTS.map((each) => [`${name}.properties.${each}`, textOf(properties[each])])),
  };
  const named = userPropertyTexts(properties.userProperties, `${name}.properties.`);
  return [
    ...(isBytes(message) ? [note('settingLost', { property: `${name}.payload` })] : []),
    ...(isBlank(properties.payloadFormatIndicator)
      ? []
      : [note('settingLost', { property: `${name}.properties.payloadFormatIndicator` })]),
    ...severalNotes(properties.userProperties, `${name}.properties.`),
    ...(message.literal === true
      ? keptVariableNotes(wholeVariables(named), 'json')
      : [...keptVariableNotes(texts), ...keptVariableNotes(named, 'json')]),
  ];
}

/** The properties of birth, close and will messages that are texts. */
const TEXTS = ['contentType', 'responseTopic', 'correlationData'];

/** JSON text of user properties, each with its first value; blank without any. */
function jsonOf(properties: unknown): string {
  const single = Object.entries(fieldsOf(properties)).map(([name, value]) => [
    name,
    Array.isArray(value) ? value[0] : value,
  ]);
  return single.length > 0 ? JSON.stringify(Object.fromEntries(single)) : '';
}

/** A name has one value in the core nodes, which would send a list as its JSON. `before` stands before the names. */
function severalNotes(properties: unknown, before = ''): ConversionNote[] {
  const several = Object.entries(fieldsOf(properties)).filter(([, value]) => Array.isArray(value) && value.length > 1);
  return several.map(([name]) => note('settingLost', { property: `${before}userProperties["${name}"]` }));
}

function expiryToCore(node: FlowNode, version: string, cleansession: boolean): string {
  const saved = textOf(node.sessionExpiryInterval);
  // Blank is for ever here, and none there.
  return saved === '' && version === '5' && !cleansession ? String(FOR_EVER) : saved;
}

/** What only ours can do, where it is not as it is at first. */
function lostSettings(node: FlowNode): ConversionNote[] {
  const outbox = fieldsOf(node.outbox);
  const proxy = fieldsOf(node.proxy);
  const reconnect = fieldsOf(node.reconnect);
  const webSocket = fieldsOf(node.webSocket);
  const headers = Array.isArray(webSocket.headers) && webSocket.headers.length > 0;
  const lost = {
    proxy: proxy.use === 'url',
    'reconnect.minDelay': !isBlank(reconnect.minDelay) && reconnect.minDelay !== 1000,
    'webSocket.headers': headers,
    'webSocket.subprotocol': !isBlank(webSocket.subprotocol),
    receiveMaximum: !isBlank(node.receiveMaximum),
    maximumPacketSize: !isBlank(node.maximumPacketSize),
    topicAliasMaximum: !isBlank(node.topicAliasMaximum),
  };
  const settings = Object.entries(lost).filter(([, isLost]) => isLost);
  const notes = settings.map(([property]) => note('settingLost', { property }));
  return outbox.store === 'disk' ? [...notes, note('outboxLost')] : notes;
}

/** Those that the editor knows. */
function credentialTexts({ credentials }: FlowNode): Record<'username' | 'password', string> {
  const { username, password } = fieldsOf(credentials);
  return { username: textOf(username), password: textOf(password) };
}

function credentialsToCore({ credentials }: FlowNode): { credentials?: object } {
  if (!isRecord(credentials)) return {};
  const { username, ...rest } = credentials;
  return { credentials: { ...rest, ...(username === undefined ? {} : { user: username }) } };
}
