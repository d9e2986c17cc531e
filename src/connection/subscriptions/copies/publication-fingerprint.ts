// Tells copies of one publication from other publications, where the server gives them no identifier.

import type { IncomingPublication } from '../../../core/publications/publication';

/** The same for copies of one publication. Neither QoS nor the seconds left to its expiry are: copies differ in them. */
export function publicationFingerprint({ topic, payload, properties }: IncomingPublication): string {
  const own = `${topic}\0${payload.length} ${bytesHash(payload)}`;
  if (!properties) return own;
  const { contentType, responseTopic, correlationData, userProperties } = properties;
  return `${own}\0${JSON.stringify([contentType, responseTopic, correlationData?.toString('base64'), userProperties])}`;
}

/** 64 bits in two lanes that mix differently: FNV-1a, and a multiplier of Murmur. */
function bytesHash(bytes: Uint8Array): string {
  let a = 0x811c_9dc5;
  let b = 0x9747_b28c;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x0100_0193);
    b = Math.imul(b ^ byte, 0x5bd1_e995);
    b ^= b >>> 15;
  }
  return `${a} ${b}`;
}
