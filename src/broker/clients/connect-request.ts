// A checked CONNECT (MQTT 5, section 3.1).

import { Buffer } from 'node:buffer';
import { isQoS, type QoS } from '../../core/publications/publication';
import { isMqttText, topicNameProblem } from '../../core/topics/topic-name';
import { propertiesOf } from '../publications/publication';
import { type ControlPacket, decodeControlPacket, encodeControlPacket } from '../wire/control-packets';
import type { ProtocolVersion } from '../wire/protocol-version';
import { ProtocolViolation } from '../wire/protocol-violation';
import { NO_PROPERTIES } from '../wire/publish-decoder';
import { Reason } from '../wire/reason';

export interface RequestedWill {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: Buffer;
  /** s; undefined: it does not expire */
  readonly expiry: number | undefined;
  /** s */
  readonly delay: number;
}

export interface ConnectRequest {
  readonly protocolVersion: ProtocolVersion;
  /** A bridge of mosquitto, by its protocol level: it gets retain flags unchanged, and not its own publications. */
  readonly bridge: boolean;
  readonly clientId: string;
  readonly cleanStart: boolean;
  /** s; 0 for none */
  readonly keepAlive: number;
  readonly username: string | undefined;
  readonly password: Buffer | undefined;
  readonly will: RequestedWill | undefined;
  /** s */
  readonly sessionExpiry: number;
  readonly receiveMaximum: number;
  /** bytes */
  readonly maximumPacketSize: number;
  readonly topicAliasMaximum: number;
  readonly wantsResponseInformation: boolean;
  /** MQTT 5, section 3.1.2.11.7: refusals may have a Reason String. */
  readonly wantsProblemInformation: boolean;
  readonly authenticationMethod: string | undefined;
}

type ConnectPacket = Extract<ControlPacket, { cmd: 'connect' }>;

/** MQTT 3.1.1, section 3.1.2.4: without Clean Session, a session never expires. */
const FOR_EVER = 0xffff_ffff;

/** Reads a whole CONNECT with the protocol level `level`. Throws ProtocolViolation. */
export function readConnect(packet: Buffer, level: number | undefined): ConnectRequest {
  if (level !== undefined && ![3, 4, 5].includes(level & 127)) {
    throw new ProtocolViolation(Reason.unsupportedVersion, `the protocol level ${level}`);
  }
  const read = decodeControlPacket(packet, 'connect');
  if (read.cmd !== 'connect') throw new ProtocolViolation(Reason.protocolError, 'no CONNECT');
  const { protocolVersion = 4, clientId = '', clean = true, keepalive = 0, username, password } = read;
  const nameFits = (read.protocolId === 'MQIsdp') === (protocolVersion === 3);
  if (!nameFits) throw new ProtocolViolation(Reason.unsupportedVersion, 'a protocol name of another version');
  if (!isText(clientId))
    throw new ProtocolViolation(Reason.clientIdentifierInvalid, 'a client identifier that is none');
  if (username !== undefined && !isText(username)) throw malformed('a user name that is no text');
  if (protocolVersion < 5 && password !== undefined && username === undefined) throw malformed('a password alone');
  const properties = new Properties(read.properties);
  const v5 = protocolVersion === 5;
  return {
    protocolVersion,
    bridge: 'bridgeMode' in read && read.bridgeMode === true,
    clientId,
    cleanStart: clean,
    keepAlive: keepalive,
    username,
    password,
    will: read.will && readWill(read.will, v5),
    sessionExpiry: v5 ? properties.number('sessionExpiryInterval', 0, 0) : clean ? 0 : FOR_EVER,
    receiveMaximum: properties.number('receiveMaximum', 65_535, 1),
    maximumPacketSize: properties.number('maximumPacketSize', Number.POSITIVE_INFINITY, 1),
    topicAliasMaximum: properties.number('topicAliasMaximum', 0, 0),
    wantsResponseInformation: properties.flag('requestResponseInformation', false),
    wantsProblemInformation: properties.flag('requestProblemInformation', true),
    authenticationMethod: properties.text('authenticationMethod'),
  };
}

function readWill(will: NonNullable<ConnectPacket['will']>, v5: boolean): RequestedWill {
  const { topic, qos, retain = false } = will;
  const payload = Buffer.from(will.payload);
  if (!isQoS(qos)) throw malformed('a will at QoS 3');
  if (topicNameProblem(topic)) throw new ProtocolViolation(Reason.topicInvalid, 'a will with a topic that is none');
  const common = { topic, payload, qos, retain };
  if (!v5) return { ...common, properties: NO_PROPERTIES, expiry: undefined, delay: 0 };
  const { willDelayInterval = 0, ...told } = will.properties ?? {};
  if (typeof willDelayInterval !== 'number') throw new ProtocolViolation(Reason.protocolError, 'two will delays');
  // A will has the properties of a PUBLISH (MQTT 5, section 3.1.3.2), so they become the same bytes.
  const publish = encodeControlPacket(
    { cmd: 'publish', topic: 'will', payload: '', qos: 0, retain: false, dup: false, properties: told },
    5,
  );
  return { ...common, ...propertiesOf(publish), delay: willDelayInterval };
}

/** The properties of a packet of mqtt-packet, which makes an array of a property that occurs twice. */
class Properties {
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(values: object | undefined) {
    this.#values = new Map(Object.entries(values ?? {}));
  }

  number(name: string, otherwise: number, least: number): number {
    const value = this.#values.get(name) ?? otherwise;
    if (typeof value !== 'number' || value < least) throw new ProtocolViolation(Reason.protocolError, `a bad ${name}`);
    return value;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.#values.get(name) ?? otherwise;
    if (typeof value !== 'boolean') throw new ProtocolViolation(Reason.protocolError, `a bad ${name}`);
    return value;
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    if (value !== undefined && typeof value !== 'string') {
      throw new ProtocolViolation(Reason.protocolError, `a bad ${name}`);
    }
    return value;
  }
}

/** mqtt-packet replaces bytes that are not UTF-8 by U+FFFD. */
function isText(text: string): boolean {
  return isMqttText(text) && !text.includes('\ufffd');
}

function malformed(what: string): ProtocolViolation {
  return new ProtocolViolation(Reason.malformedPacket, what);
}

/**
 * The protocol level of a CONNECT; undefined when it cannot be read. A client with an unknown level is told so (MQTT 5,
 * section 3.1.2.2).
 */
export function protocolLevelOf(bytes: Buffer, body: number, end: number): number | undefined {
  if (body + 2 > end) return undefined;
  const at = body + 2 + bytes.readUInt16BE(body);
  if (at >= end) return undefined;
  const name = bytes.toString('latin1', body + 2, at);
  return name === 'MQTT' || name === 'MQIsdp' ? bytes[at] : undefined;
}
