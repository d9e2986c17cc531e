// Recognises a client that speaks another protocol than MQTT by the first bytes it sends: a device with TLS switched on, or a
// browser.

import type { Buffer } from 'node:buffer';

export type OtherProtocol = 'tls' | 'http';

/** The content type and the first byte of the version in a TLS record with a ClientHello (RFC 8446, section 5.1). */
const [HANDSHAKE, TLS] = [22, 3];

/** The first four characters of requests (RFC 9110, section 9), and of the HTTP/2 preface. */
const REQUESTS = new Set(['GET ', 'HEAD', 'POST', 'PUT ', 'DELE', 'CONN', 'OPTI', 'TRAC', 'PATC', 'PRI ']);

/** The protocol that begins with the bytes from `start`. CONNECT never does: its first byte is 16 (MQTT 5, section 3.1.1). */
export function otherProtocolOf(bytes: Buffer, start: number): OtherProtocol | undefined {
  if (bytes[start] === HANDSHAKE && bytes[start + 1] === TLS) return 'tls';
  return REQUESTS.has(bytes.toString('latin1', start, start + 4)) ? 'http' : undefined;
}
