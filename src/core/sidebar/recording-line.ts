// A recorded message as one line of JSON, for export.

import type { Observation } from './observation';

/**
 * One line with its line feed. The payload is text under `payload`, or base64 under `payloadBase64` when it is not
 * UTF-8. `payloadSize` is present when only the beginning was kept.
 */
export function recordingLine(topic: string, observation: Observation): string {
  const { at, bytes, size, qos, retain, properties } = observation;
  const { correlationData, ...texts } = properties ?? {};
  return `${JSON.stringify({
    time: new Date(at).toISOString(),
    topic,
    ...payloadOf(Buffer.from(bytes, 'latin1')),
    ...(size > bytes.length ? { payloadSize: size } : {}),
    qos,
    retain,
    ...texts,
    ...(correlationData ? { correlationData: correlationData.toString('base64') } : {}),
  })}\n`;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function payloadOf(payload: Buffer): { payload: string } | { payloadBase64: string } {
  try {
    return { payload: decoder.decode(payload) };
  } catch {
    return { payloadBase64: payload.toString('base64') };
  }
}
