// How much a packet may ask mqtt-packet to read, which makes an object of each filter and of each user property: of 64 MB
// that is many times as much memory, and minutes in which nothing else runs.

import type { Buffer } from 'node:buffer';
import { ProtocolViolation } from './protocol-violation';
import { Reason } from './reason';
import { readVariableInteger, variableIntegerSize } from './variable-integer';

const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;

/** Filters in one packet. A session may have half as many, and is told which of the others are refused. */
const MOST_FILTERS = 20_000;
/** bytes of properties, and of all that a packet without filters holds */
const MOST_BYTES = 64 * 1024;

/**
 * Checks a packet, neither CONNECT nor PUBLISH, whose first byte is at `start`, and whose body goes from `body` to `end`. Throws
 * ProtocolViolation with 0x97 (MQTT 5, section 3.14.2.1: a limit of the implementation). What is malformed is left to the parser.
 */
export function checkControlBounds(bytes: Buffer, start: number, body: number, end: number, v5: boolean): void {
  // That little holds hardly more filters than the limit.
  if (end - body <= MOST_BYTES) return;
  const kind = (bytes[start] as number) >> 4;
  if (kind !== SUBSCRIBE && kind !== UNSUBSCRIBE) throw tooMuch('a packet with too many properties');
  let at = body + 2;
  if (v5) {
    const length = readVariableInteger(bytes, at, end);
    if (length > MOST_BYTES) throw tooMuch('a packet with too many properties');
    at += variableIntegerSize(length) + length;
  }
  const optionBytes = kind === SUBSCRIBE ? 1 : 0;
  for (let count = 1; at + 2 <= end; count++) {
    if (count > MOST_FILTERS) throw tooMuch('a packet with too many filters');
    at += 2 + bytes.readUInt16BE(at) + optionBytes;
  }
}

function tooMuch(what: string): ProtocolViolation {
  return new ProtocolViolation(Reason.quotaExceeded, what);
}
