// The reason codes of the broker (MQTT 5, section 2.4), and the return codes of MQTT 3.1.1 for them.

export const Reason = {
  success: 0x00,
  disconnectWithWill: 0x04,
  noMatchingSubscribers: 0x10,
  noSubscriptionExisted: 0x11,
  unspecified: 0x80,
  malformedPacket: 0x81,
  protocolError: 0x82,
  implementationError: 0x83,
  unsupportedVersion: 0x84,
  clientIdentifierInvalid: 0x85,
  badCredentials: 0x86,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverBusy: 0x89,
  shuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  filterInvalid: 0x8f,
  topicInvalid: 0x90,
  packetIdentifierInUse: 0x91,
  packetIdentifierUnknown: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  rateTooHigh: 0x96,
  quotaExceeded: 0x97,
  administrativeAction: 0x98,
} as const;

/** A reason code (MQTT 5, section 2.4). */
export type ReasonCode = number;

/** From 0x80 on, a reason code is a failure. */
export function isRefusal(reasonCode: ReasonCode): boolean {
  return reasonCode >= 0x80;
}

/** The return code of CONNACK in MQTT 3.1.1, section 3.2.2.3. */
export function returnCodeOf(reasonCode: ReasonCode): number {
  switch (reasonCode) {
    case Reason.success:
      return 0;
    case Reason.unsupportedVersion:
      return 1;
    case Reason.clientIdentifierInvalid:
      return 2;
    case Reason.badCredentials:
      return 4;
    case Reason.notAuthorized:
      return 5;
    default:
      return 3;
  }
}
