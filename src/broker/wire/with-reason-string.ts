// CONNACK and DISCONNECT with a Reason String for people, where there is room for it (MQTT-3.2.2-19, MQTT-3.14.2-3).

import type { Buffer } from 'node:buffer';
import type { IConnackPacket, IDisconnectPacket } from 'mqtt-packet';
import { exceedsMqttString } from '../../core/topics/topic-name';
import { encodeControlPacket } from './control-packets';

/** The bytes of `packet`; without `words` where it would be larger than `largest` bytes, the most that its client takes. */
export function withReasonString(packet: IConnackPacket | IDisconnectPacket, words: string, largest: number): Buffer {
  if (words !== '' && !exceedsMqttString(words)) {
    const told = encodeControlPacket({ ...packet, properties: { reasonString: words } }, 5);
    if (told.length <= largest) return told;
  }
  return encodeControlPacket(packet, 5);
}
