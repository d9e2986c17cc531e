// The bytes of a PUBLISH, shared by all receivers with the same version, QoS and options. A packet identifier is
// written into a copy of the head.

import { Buffer } from 'node:buffer';
import type { QoS } from '../../core/publications/publication';
import { variableIntegerSize, writeVariableInteger } from './variable-integer';

/** The contents of a PUBLISH. */
interface FramedPublication {
  readonly topic: string;
  readonly payload: Buffer;
  readonly properties: Buffer;
}

interface FrameOptions {
  readonly v5: boolean;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly identifiers: readonly number[];
  /** s left; undefined: the publication does not expire */
  readonly expiry: number | undefined;
  /** The alias that is assigned to the topic, or replaces it; 0: none. */
  readonly alias: number;
  readonly omitTopic: boolean;
}

export interface PublishFrame {
  /** Everything before the payload, and a small payload as well. */
  readonly head: Buffer;
  /** The position of the packet identifier; 0 at QoS 0. */
  readonly identifierAt: number;
  /** A payload that is too large to be copied for each receiver. */
  readonly payload: Buffer | undefined;
  /** `head` belongs to a piece of a stream, which it keeps in memory. */
  readonly borrowed: boolean;
  /** bytes in all */
  readonly size: number;
}

/** bytes up to which a payload is copied, because a separate write costs more. */
export const SMALL = 4096;

export function publishFrame(publication: FramedPublication, options: FrameOptions): PublishFrame {
  const { topic, payload, properties } = publication;
  const { v5, qos, alias, omitTopic } = options;
  const topicBytes = omitTopic ? 0 : Buffer.byteLength(topic);
  const propertyBytes = v5 ? properties.length + addedBytes(options) : 0;
  const length =
    2 + topicBytes + (qos > 0 ? 2 : 0) + (v5 ? variableIntegerSize(propertyBytes) + propertyBytes : 0) + payload.length;
  const headerBytes = 1 + variableIntegerSize(length);
  const small = payload.length <= SMALL;
  const head = Buffer.allocUnsafe(headerBytes + length - (small ? 0 : payload.length));
  head[0] = 0x30 | (qos << 1) | (options.retain ? 1 : 0);
  let at = writeVariableInteger(head, length, 1);
  at = head.writeUInt16BE(topicBytes, at);
  if (!omitTopic) at += head.write(topic, at);
  const identifierAt = qos > 0 ? at : 0;
  if (qos > 0) at = head.writeUInt16BE(0, at);
  if (v5) {
    at = writeVariableInteger(head, propertyBytes, at);
    at = writeAdded(head, at, options);
    at += properties.copy(head, at);
    if (alias > 0) {
      head[at++] = 0x23;
      at = head.writeUInt16BE(alias, at);
    }
  }
  if (small) payload.copy(head, at);
  return { head, identifierAt, payload: small ? undefined : payload, borrowed: false, size: headerBytes + length };
}

function addedBytes({ expiry, identifiers, alias }: FrameOptions): number {
  let bytes = (expiry === undefined ? 0 : 5) + (alias > 0 ? 3 : 0);
  for (const identifier of identifiers) bytes += 1 + variableIntegerSize(identifier);
  return bytes;
}

function writeAdded(head: Buffer, start: number, { expiry, identifiers }: FrameOptions): number {
  let at = start;
  if (expiry !== undefined) {
    head[at++] = 0x02;
    at = head.writeUInt32BE(expiry, at);
  }
  for (const identifier of identifiers) {
    head[at++] = 0x0b;
    at = writeVariableInteger(head, identifier, at);
  }
  return at;
}
