// Reads PUBLISH (MQTT 5, section 3.3). The properties for receivers stay encoded, which keeps the order of user
// properties (MQTT-3.3.2-18). mqtt-packet does not keep it.

import { Buffer, isUtf8 } from 'node:buffer';
import type { QoS } from '../../core/publications/publication';
import { topicNameProblem } from '../../core/topics/topic-name';
import { ProtocolViolation } from './protocol-violation';
import { Reason } from './reason';
import { readVariableInteger, variableIntegerSize } from './variable-integer';

export interface DecodedPublish {
  /** Empty: an alias replaces it. */
  readonly topic: string;
  /** 0: none */
  readonly alias: number;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 0 at QoS 0. */
  readonly packetIdentifier: number;
  readonly payload: Buffer;
  /** The properties for receivers, as received. */
  readonly properties: Buffer;
  /** s; undefined: the publication does not expire */
  readonly expiry: number | undefined;
}

export const NO_PROPERTIES = Buffer.alloc(0);

/** Reads the packet of `bytes` whose first byte is at `start` and whose body goes from `body` to `end`. */
export function decodePublish(bytes: Buffer, start: number, body: number, end: number, v5: boolean): DecodedPublish {
  const flags = bytes[start] as number;
  const qos = ((flags >> 1) & 3) as QoS | 3;
  const dup = (flags & 8) !== 0;
  if (qos === 3) throw malformed('QoS 3');
  if (dup && qos === 0) throw malformed('a DUP flag at QoS 0');
  let at = stringEnd(bytes, body, end);
  const topic = readText(bytes, body + 2, at);
  if (topic !== '' && topicNameProblem(topic)) throw new ProtocolViolation(Reason.topicInvalid, 'a topic that is none');
  let packetIdentifier = 0;
  if (qos > 0) {
    if (at + 2 > end) throw malformed('no packet identifier');
    packetIdentifier = bytes.readUInt16BE(at);
    if (packetIdentifier === 0) throw malformed('the packet identifier 0');
    at += 2;
  }
  const common = { topic, qos, dup, packetIdentifier, retain: (flags & 1) !== 0 };
  if (!v5)
    return { ...common, alias: 0, properties: NO_PROPERTIES, expiry: undefined, payload: bytes.subarray(at, end) };
  const length = readVariableInteger(bytes, at, end);
  at += variableIntegerSize(length);
  const payload = at + length;
  if (payload > end) throw malformed('properties that are longer than the packet');
  if (length === 0) {
    return { ...common, alias: 0, properties: NO_PROPERTIES, expiry: undefined, payload: bytes.subarray(at, end) };
  }
  return { ...common, ...readProperties(bytes, at, payload), payload: bytes.subarray(payload, end) };
}

interface PublishProperties {
  readonly alias: number;
  readonly expiry: number | undefined;
  readonly properties: Buffer;
}

const PAYLOAD_FORMAT = 0x01;
const MESSAGE_EXPIRY = 0x02;
const CONTENT_TYPE = 0x03;
const RESPONSE_TOPIC = 0x08;
const CORRELATION_DATA = 0x09;
const TOPIC_ALIAS = 0x23;
const USER_PROPERTY = 0x26;

function readProperties(bytes: Buffer, start: number, end: number): PublishProperties {
  const passed: Buffer[] = [];
  let seen = 0;
  let alias = 0;
  let expiry: number | undefined;
  for (let at = start; at < end; ) {
    const identifier = bytes[at] as number;
    const next = propertyEnd(bytes, identifier, at + 1, end);
    if (identifier !== USER_PROPERTY) {
      // MQTT 5, section 3.3.2.3: all others occur at most once. The bit of the alias, 0x23, collides with no other.
      const mark = identifier === TOPIC_ALIAS ? 1 : 1 << identifier;
      if ((seen & mark) !== 0) throw new ProtocolViolation(Reason.protocolError, 'a property that comes twice');
      seen |= mark;
    }
    if (identifier === TOPIC_ALIAS) {
      alias = bytes.readUInt16BE(at + 1);
      if (alias === 0) throw new ProtocolViolation(Reason.topicAliasInvalid, 'the topic alias 0');
    } else if (identifier === MESSAGE_EXPIRY) expiry = bytes.readUInt32BE(at + 1);
    else passed.push(bytes.subarray(at, next));
    at = next;
  }
  const [first = NO_PROPERTIES] = passed;
  // Most publications have neither an alias nor an expiry interval. Their properties are passed on unchanged.
  if (alias === 0 && expiry === undefined) return { alias, expiry, properties: bytes.subarray(start, end) };
  return { alias, expiry, properties: passed.length < 2 ? first : Buffer.concat(passed) };
}

/** The end of the property value at `at`. */
function propertyEnd(bytes: Buffer, identifier: number, at: number, end: number): number {
  switch (identifier) {
    case PAYLOAD_FORMAT:
      if (at < end && (bytes[at] as number) > 1) throw new ProtocolViolation(Reason.protocolError, 'a payload format');
      return within(at + 1, end);
    case MESSAGE_EXPIRY:
      return within(at + 4, end);
    case TOPIC_ALIAS:
      return within(at + 2, end);
    case CORRELATION_DATA:
      return stringEnd(bytes, at, end);
    case CONTENT_TYPE:
      return textEnd(bytes, at, end);
    case RESPONSE_TOPIC: {
      const next = textEnd(bytes, at, end);
      if (topicNameProblem(bytes.toString('utf8', at + 2, next))) {
        throw new ProtocolViolation(Reason.protocolError, 'a response topic that is none');
      }
      return next;
    }
    case USER_PROPERTY:
      return textEnd(bytes, textEnd(bytes, at, end), end);
    default:
      // MQTT-3.3.4-6: clients must not send a subscription identifier.
      if (identifier === 0x0b) throw new ProtocolViolation(Reason.protocolError, 'a subscription identifier');
      throw malformed('a property that PUBLISH does not have');
  }
}

function textEnd(bytes: Buffer, at: number, end: number): number {
  const next = stringEnd(bytes, at, end);
  if (!isUtf8(bytes.subarray(at + 2, next))) throw malformed('text that is not UTF-8');
  return next;
}

function stringEnd(bytes: Buffer, at: number, end: number): number {
  if (at + 2 > end) throw malformed('a string without its length');
  return within(at + 2 + bytes.readUInt16BE(at), end);
}

function within(at: number, end: number): number {
  if (at > end) throw malformed('a value that goes beyond its packet');
  return at;
}

/** U+FFFD may replace bytes that are not UTF-8. */
const REPLACEMENT = '\ufffd';

function readText(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  if (text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end))) throw malformed('a topic that is not UTF-8');
  return text;
}

function malformed(what: string): ProtocolViolation {
  return new ProtocolViolation(Reason.malformedPacket, what);
}
