// All packets except PUBLISH and its acknowledgements, by mqtt-packet, because they are rare and complex.

import { Buffer } from 'node:buffer';
import type { Packet, Parser } from 'mqtt-packet';
import { detailOf } from '../../core/errors/thrown-value';
import { mqttPacket } from './mqtt-packet';
import type { ProtocolVersion } from './protocol-version';
import { ProtocolViolation } from './protocol-violation';
import { Reason } from './reason';

/** The packets of clients, except PUBLISH and its acknowledgements. */
export type ControlPacket = Extract<
  Packet,
  { cmd: 'connect' | 'subscribe' | 'unsubscribe' | 'pingreq' | 'disconnect' | 'auth' }
>;

type Reading = Extract<ControlPacket, { cmd: 'connect' }>['cmd'] | ProtocolVersion;

/** A parser of mqtt-packet keeps the version of the CONNECT that it has read, so CONNECT has its own parser. */
const parsers = new Map<Reading, Parser>();
let parsed: Packet | undefined;

function parserFor(reading: Reading): Parser {
  const kept = parsers.get(reading);
  if (kept) return kept;
  const made = mqttPacket().parser({ protocolVersion: reading === 'connect' ? 4 : reading });
  made.on('packet', (packet) => {
    parsed = packet;
  });
  made.on('error', (error: unknown) => {
    throw error;
  });
  parsers.set(reading, made);
  return made;
}

/** Reads a whole packet. Throws ProtocolViolation. */
export function decodeControlPacket(packet: Buffer, reading: Reading): ControlPacket {
  parsed = undefined;
  try {
    parserFor(reading).parse(packet);
  } catch (error) {
    // A parser that has failed cannot be used again.
    parsers.delete(reading);
    throw new ProtocolViolation(Reason.malformedPacket, detailOf(error));
  }
  const read = parsed as Packet | undefined;
  parsed = undefined;
  switch (read?.cmd) {
    case 'connect':
    case 'subscribe':
    case 'unsubscribe':
    case 'pingreq':
    case 'disconnect':
    case 'auth':
      return read;
    default:
      parsers.delete(reading);
      throw new ProtocolViolation(Reason.protocolError, 'a packet that no client sends');
  }
}

/** The bytes of an answer of the broker. */
export function encodeControlPacket(packet: Packet, protocolVersion: ProtocolVersion): Buffer {
  return mqttPacket().generate(packet, { protocolVersion });
}

export const PINGRESP = Buffer.from([0xd0, 0]);
