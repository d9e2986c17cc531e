// PUBACK, PUBREC, PUBREL and PUBCOMP (MQTT 5, sections 3.4 to 3.7): two bytes, and a reason in MQTT 5.

import { Buffer } from 'node:buffer';
import { ProtocolViolation } from './protocol-violation';
import { Reason, type ReasonCode } from './reason';

export const PUBACK = 4;
export const PUBREC = 5;
export const PUBREL = 6;
export const PUBCOMP = 7;
export type AcknowledgementKind = typeof PUBACK | typeof PUBREC | typeof PUBREL | typeof PUBCOMP;

/** Reason codes of PUBACK and PUBREC (MQTT 5, sections 3.4.2.1 and 3.5.2.1). */
const ANSWERS: ReadonlySet<ReasonCode> = new Set([0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]);

export interface Acknowledgement {
  readonly packetIdentifier: number;
  readonly reasonCode: ReasonCode;
}

/** Reads the body of an acknowledgement. Everything but the reason code is ignored. */
export function decodeAcknowledgement(
  kind: AcknowledgementKind,
  bytes: Buffer,
  body: number,
  end: number,
  v5: boolean,
): Acknowledgement {
  const length = end - body;
  if (length < 2 || (!v5 && length > 2)) throw new ProtocolViolation(Reason.malformedPacket, 'an acknowledgement');
  const packetIdentifier = bytes.readUInt16BE(body);
  const reasonCode = length > 2 ? (bytes[body + 2] as number) : Reason.success;
  const known =
    kind === PUBACK || kind === PUBREC
      ? ANSWERS.has(reasonCode)
      : reasonCode === Reason.success || reasonCode === Reason.packetIdentifierUnknown;
  if (!known || packetIdentifier === 0) throw new ProtocolViolation(Reason.malformedPacket, 'an acknowledgement');
  return { packetIdentifier, reasonCode };
}

/** The bytes of an acknowledgement. MQTT 3.1.1 has no reason code. */
export function encodeAcknowledgement(
  kind: AcknowledgementKind,
  packetIdentifier: number,
  reasonCode: ReasonCode,
  v5: boolean,
): Buffer {
  const withReason = v5 && reasonCode !== Reason.success;
  const packet = Buffer.allocUnsafe(withReason ? 5 : 4);
  packet[0] = (kind << 4) | (kind === PUBREL ? 2 : 0);
  packet[1] = withReason ? 3 : 2;
  packet.writeUInt16BE(packetIdentifier, 2);
  if (withReason) packet[4] = reasonCode;
  return packet;
}
