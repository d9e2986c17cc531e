// Variable byte integers: lengths and subscription identifiers (MQTT 5, section 1.5.5).

import { ProtocolViolation } from './protocol-violation';
import { Reason } from './reason';

/** The number of bytes of `value`. */
export function variableIntegerSize(value: number): number {
  if (value < 128) return 1;
  if (value < 16_384) return 2;
  return value < 2_097_152 ? 3 : 4;
}

/** Writes `value` at `at`. Returns the position after it. */
export function writeVariableInteger(target: Buffer, value: number, at: number): number {
  let rest = value;
  let place = at;
  while (rest >= 128) {
    target[place++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  target[place++] = rest;
  return place;
}

/** Reads the integer at `at`, which must end before `end`. Accepts only the shortest form, of variableIntegerSize(). */
export function readVariableInteger(bytes: Buffer, at: number, end: number): number {
  let value = 0;
  for (let count = 0; count < 4; count++) {
    if (at + count >= end) break;
    const byte = bytes[at + count] as number;
    value += (byte & 127) * 128 ** count;
    if (byte >= 128) continue;
    if (variableIntegerSize(value) !== count + 1) break;
    return value;
  }
  throw new ProtocolViolation(Reason.malformedPacket, 'a length that is none');
}
