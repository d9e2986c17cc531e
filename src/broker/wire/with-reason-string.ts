// CONNACK and DISCONNECT with what a client can do without, such as a Reason String for people, where there is room for it
// (MQTT-3.1.2-24, MQTT-3.2.2-19, MQTT-3.14.2-3).

import type { Buffer } from 'node:buffer';
import type { IConnackPacket, IDisconnectPacket } from 'mqtt-packet';
import { exceedsMqttString } from '../../core/topics/topic-name';
import { encodeControlPacket } from './control-packets';

type Told = IConnackPacket | IDisconnectPacket;

/** The bytes of `full`; of `plain` where these would be more than `largest`, the most that the client takes. */
export function encodeWithin(largest: number, full: Told, plain: Told): Buffer {
  const encoded = encodeControlPacket(full, 5);
  return encoded.length <= largest ? encoded : encodeControlPacket(plain, 5);
}

/** The bytes of `packet`; without `words` where it would be larger than `largest` bytes, the most that its client takes. */
export function withReasonString(packet: Told, words: string, largest: number): Buffer {
  if (words === '' || exceedsMqttString(words)) return encodeControlPacket(packet, 5);
  return encodeWithin(largest, { ...packet, properties: { reasonString: words } }, packet);
}
