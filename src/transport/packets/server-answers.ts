// What a server says beside its reason codes: text for people and names of other servers. Neither is to be trusted.

import type { Packet } from 'mqtt';
import type { ErrorParams } from '../../core/errors/mqtt-flows-error';
import { plainText } from '../../core/errors/plain-text';
import { isQoS } from '../../core/publications/publication';
import type { ServerWords, SubscribeOutcome } from '../transport';

/** Reason string and server reference of a packet (MQTT 5, sections 3.2.2.3.9 and 3.2.2.3.16), as values of an error. */
export function serverWords(packet: Packet | undefined): ErrorParams & ServerWords {
  if (packet === undefined || !('properties' in packet) || !packet.properties) return {};
  // Each kind of packet has a different type of properties.
  const { reasonString, serverReference } = packet.properties as Readonly<Record<string, unknown>>;
  return { ...words('reasonString', reasonString), ...words('serverReference', serverReference) };
}

function words(name: string, value: unknown): ErrorParams {
  const text = typeof value === 'string' ? plainText(value) : '';
  return text === '' ? {} : { [name]: text };
}

/**
 * `error` and `packet` are the arguments of mqtt.js's callback. A SUBACK without a code for the filter counts as a
 * refusal.
 */
export function subscribeOutcome(error: Error | null, packet: Packet | undefined): SubscribeOutcome {
  const code = packet?.cmd === 'suback' ? packet.granted[0] : undefined;
  if (typeof code !== 'number') return error ? { kind: 'unanswered' } : { kind: 'refused', reasonCode: 0x80 };
  return isQoS(code) ? { kind: 'granted', qos: code } : { kind: 'refused', reasonCode: code, ...serverWords(packet) };
}
