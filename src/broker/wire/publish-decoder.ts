// Reads PUBLISH (MQTT 5, section 3.3). The properties for receivers stay encoded, which keeps the order of user
// properties (MQTT-3.3.2-18). mqtt-packet does not keep it.

import { Buffer, isUtf8 } from 'node:buffer';
import type { QoS } from '../../core/publications/publication';
import { topicNameProblem } from '../../core/topics/topic-name';
import { ProtocolViolation } from './protocol-violation';
import { Reason } from './reason';
import { PLAIN_TOPICS, type TopicReader } from './topic-reader';
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
  /** The packet as received, from its first byte at `start` to `end`. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly v5: boolean;
  /** Where the packet identifier is; 0 at QoS 0. */
  readonly identifierAt: number;
  /** Where the payload begins; it goes to `end`. */
  readonly payloadAt: number;
  /** The properties for receivers, as received. */
  readonly properties: Buffer;
  /** s; undefined: the publication does not expire */
  readonly expiry: number | undefined;
}

export const NO_PROPERTIES = Buffer.alloc(0);

/** Reads the packet of `bytes` whose first byte is at `start` and whose body goes from `body` to `end`. */
export function decodePublish(
  bytes: Buffer,
  start: number,
  body: number,
  end: number,
  v5: boolean,
  topics: Pick<TopicReader, 'read'> = PLAIN_TOPICS,
): DecodedPublish {
  const flags = bytes[start] as number;
  const qos = ((flags >> 1) & 3) as QoS | 3;
  const dup = (flags & 8) !== 0;
  if (qos === 3) throw malformed('QoS 3');
  if (dup && qos === 0) throw malformed('a DUP flag at QoS 0');
  let at = stringEnd(bytes, body, end);
  const topic = topics.read(bytes, body + 2, at);
  let packetIdentifier = 0;
  let identifierAt = 0;
  if (qos > 0) {
    if (at + 2 > end) throw malformed('no packet identifier');
    packetIdentifier = uint16(bytes, at);
    if (packetIdentifier === 0) throw malformed('the packet identifier 0');
    identifierAt = at;
    at += 2;
  }
  let read = WITHOUT_PROPERTIES;
  if (v5) {
    const length = readVariableInteger(bytes, at, end);
    at += variableIntegerSize(length);
    if (at + length > end) throw malformed('properties that are longer than the packet');
    if (length > 0) read = readProperties(bytes, at, at + length);
    at += length;
  }
  const { alias, properties, expiry } = read;
  const retain = (flags & 1) !== 0;
  const payloadAt = at;
  // One literal: a spread copies one property after the other.
  return {
    topic,
    alias,
    qos,
    retain,
    dup,
    packetIdentifier,
    properties,
    expiry,
    bytes,
    start,
    end,
    v5,
    identifierAt,
    payloadAt,
  };
}

interface PublishProperties {
  readonly alias: number;
  readonly expiry: number | undefined;
  readonly properties: Buffer;
}

const WITHOUT_PROPERTIES: PublishProperties = { alias: 0, expiry: undefined, properties: NO_PROPERTIES };

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
  return within(at + 2 + uint16(bytes, at), end);
}

/** readUInt16BE() without its checks, which the callers have made. */
function uint16(bytes: Buffer, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function within(at: number, end: number): number {
  if (at > end) throw malformed('a value that goes beyond its packet');
  return at;
}

function malformed(what: string): ProtocolViolation {
  return new ProtocolViolation(Reason.malformedPacket, what);
}
