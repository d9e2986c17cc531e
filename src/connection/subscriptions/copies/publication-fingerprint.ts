// Recognises copies of one publication where the server sends no identifier.

import type { IncomingPublication } from '../../../core/publications/publication';

/**
 * Equal for copies of one publication. QoS and the remaining expiry interval are left out, since copies differ in them.
 */
export function publicationFingerprint({ topic, payload, properties }: IncomingPublication): string {
  const own = `${topic}\0${payload.length} ${bytesHash(payload)}`;
  if (!properties) return own;
  const { contentType, responseTopic, correlationData, userProperties } = properties;
  return `${own}\0${JSON.stringify([contentType, responseTopic, correlationData?.toString('base64'), userProperties])}`;
}

/** 64 bits from two different 32-bit hashes: FNV-1a, and one with a multiplier of Murmur. */
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
