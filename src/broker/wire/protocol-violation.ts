// What a client sent against the rules: its connection ends with this reason code (MQTT 5, section 4.13).

import type { ReasonCode } from './reason';

/** Thrown where a packet is read, caught in one place; packets that keep the rules cost nothing. */
export class ProtocolViolation extends Error {
  readonly reasonCode: ReasonCode;

  /** `message` is for the log and for the client, in English as all reason strings. */
  constructor(reasonCode: ReasonCode, message: string) {
    super(message);
    this.name = 'ProtocolViolation';
    this.reasonCode = reasonCode;
  }
}
