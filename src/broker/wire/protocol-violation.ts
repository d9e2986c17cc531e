// A packet that breaks the rules of MQTT. The connection ends with this reason code (MQTT 5, section 4.13).

import { Reason, type ReasonCode } from './reason';

/** Thrown where a packet is read, and caught in one place, so that valid packets cost nothing. */
export class ProtocolViolation extends Error {
  readonly reasonCode: ReasonCode;

  /** `message` is for the log and for the client. It is in English, like all reason strings. */
  constructor(reasonCode: ReasonCode, message: string) {
    super(message);
    this.name = 'ProtocolViolation';
    this.reasonCode = reasonCode;
  }

  /** What was thrown while a packet was read. Anything else than a violation is a fault of the broker. */
  static from(error: unknown): ProtocolViolation {
    if (error instanceof ProtocolViolation) return error;
    return new ProtocolViolation(Reason.implementationError, String(error));
  }
}
