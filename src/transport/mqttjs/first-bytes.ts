// Recognises by the first bytes of an answer what answers in place of an MQTT server.

import type { Duplex } from 'node:stream';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { plainText } from '../../core/errors/plain-text';

/** First bytes of the packets that may answer CONNECT (MQTT 5, sections 4.12 and 3.2). */
const CONNACK = 0x20;
const AUTH = 0xf0;
/** TLS records of any version: a fatal alert or a handshake (RFC 8446, section 5.1). */
const TLS_RECORDS = [0x15, 0x16];
const TLS_MAJOR_VERSION = 0x03;

const PRINTABLE = /^[\t\r\n\x20-\x7e]{4,}/;

/**
 * Calls `found` when the first bytes from `stream` are not those of an MQTT server. Call it after the stream has got
 * its reader, which then sees the bytes after `found`. Later bytes are not checked.
 */
export function checkFirstBytes(stream: Duplex, found: (error: MqttFlowsError) => void): void {
  stream.prependOnceListener('data', (bytes: Buffer) => {
    const error = bytesProblem(bytes);
    if (error) found(error);
  });
}

/** The error that names the sender of `bytes`; undefined for an MQTT server. */
function bytesProblem(bytes: Buffer): MqttFlowsError | undefined {
  const [first, second] = bytes;
  if (first === CONNACK || first === AUTH || first === undefined) return undefined;
  if (TLS_RECORDS.includes(first) && (second === undefined || second === TLS_MAJOR_VERSION)) {
    return new MqttFlowsError('tls-required', { stage: 'connack' });
  }
  const text = bytes.toString('latin1', 0, 400);
  const http = /^HTTP\/\d\S* (\d{3}[^\r\n]*)/.exec(text)?.[1];
  if (http !== undefined) {
    return new MqttFlowsError('http-answered', { stage: 'connack', params: { reason: plainText(http) } });
  }
  const reason = PRINTABLE.test(text) ? plainText(text.replace(/[\r\n].*$/s, '')) : hexadecimal(bytes);
  return new MqttFlowsError('protocol-error', { stage: 'connack', params: { reason } });
}

function hexadecimal(bytes: Buffer): string {
  return bytes
    .subarray(0, 8)
    .toString('hex')
    .replaceAll(/..(?=.)/g, '$& ');
}
