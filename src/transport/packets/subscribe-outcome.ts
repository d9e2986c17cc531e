// What SUBACK says of one filter.

import type { Packet } from 'mqtt';
import { isQoS } from '../../core/publications/publication';
import type { SubscribeOutcome } from '../transport';
import { serverWords } from './server-answers';

/** `error` and `packet` are what mqtt.js calls back with. A SUBACK without a code for the filter refuses it. */
export function subscribeOutcome(error: Error | null, packet: Packet | undefined): SubscribeOutcome {
  const code = packet?.cmd === 'suback' ? packet.granted[0] : undefined;
  if (typeof code !== 'number') return error ? { kind: 'unanswered' } : { kind: 'refused', reasonCode: 0x80 };
  return isQoS(code) ? { kind: 'granted', qos: code } : { kind: 'refused', reasonCode: code, ...serverWords(packet) };
}
