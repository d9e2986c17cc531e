// Maps the reason codes of an MQTT server to error codes. MQTT 5: section 2.4; MQTT 3.1.1: section 3.2.2.3.

import type { ErrorCode } from './mqtt-flows-error';

/** MQTT 5, section 4.11: temporarily (0x9C) and permanently (0x9D). */
const USE_ANOTHER_SERVER = 0x9c;
export const SERVER_MOVED = 0x9d;

/** CONNACK return codes of MQTT 3.1 and 3.1.1. */
const CONNACK_RETURN_CODES: Readonly<Record<number, ErrorCode>> = {
  1: 'protocol-version-refused',
  2: 'client-identifier-refused',
  3: 'server-unavailable',
  4: 'credentials-refused',
  5: 'not-authorized',
};

/** CONNACK reason codes of MQTT 5 that deserve a sentence of their own. */
const CONNACK_REASON_CODES: Readonly<Record<number, ErrorCode>> = {
  132: 'protocol-version-refused',
  133: 'client-identifier-refused',
  134: 'credentials-refused',
  135: 'not-authorized',
  136: 'server-unavailable',
  137: 'server-unavailable',
  [USE_ANOTHER_SERVER]: 'another-server',
  [SERVER_MOVED]: 'another-server',
};

/**
 * The error code for a refused CONNECT of MQTT 5, or of an older version. The two tables do not overlap: a server that
 * answers MQTT 5 with a return code of MQTT 3.1.1 has not understood what it was asked, whatever it says.
 */
export function connackError(code: number, v5: boolean): ErrorCode {
  const returnCode = CONNACK_RETURN_CODES[code];
  if (returnCode) return v5 ? 'protocol-version-refused' : returnCode;
  return CONNACK_REASON_CODES[code] ?? 'refused-by-server';
}

/** The error code for a DISCONNECT from the server. */
export function disconnectError(code: number): ErrorCode {
  return code === USE_ANOTHER_SERVER || code === SERVER_MOVED ? 'another-server' : 'disconnected-by-server';
}

/** MQTT 5, section 2.4: codes from 0x80 on are failures. In SUBACK, MQTT 3.1.1 has 0x80 only. */
export function isFailure(reasonCode: number): boolean {
  return reasonCode >= 0x80;
}
