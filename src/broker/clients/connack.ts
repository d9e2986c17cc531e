// CONNACK (MQTT 5, section 3.2): what the broker offers, where it differs from the defaults of MQTT.

import { topicNameProblem } from '../../core/topics/topic-name';
import { encodeControlPacket } from '../wire/control-packets';
import type { ProtocolVersion } from '../wire/protocol-version';
import { Reason, type ReasonCode, returnCodeOf } from '../wire/reason';
import { encodeWithin, withReasonString } from '../wire/with-reason-string';
import type { BrokerSettings } from './broker-settings';
import type { ConnectRequest } from './connect-request';

export interface Accepted {
  readonly clientId: string;
  readonly sessionPresent: boolean;
  /** s */
  readonly keepAlive: number;
  readonly sessionExpiry: number;
}

export function acceptance(request: ConnectRequest, accepted: Accepted, settings: BrokerSettings): Buffer {
  const { protocolVersion } = request;
  const { sessionPresent, clientId, keepAlive, sessionExpiry } = accepted;
  if (protocolVersion < 5)
    return encodeControlPacket({ cmd: 'connack', returnCode: 0, sessionPresent }, protocolVersion);
  const response = `${settings.responsePrefix}/${clientId}`;
  const hasResponse = request.wantsResponseInformation && !topicNameProblem(response);
  const properties = {
    receiveMaximum: settings.receiveMaximum,
    maximumPacketSize: settings.maximumPacketSize,
    topicAliasMaximum: settings.topicAliasMaximum,
    ...(sessionExpiry === request.sessionExpiry ? {} : { sessionExpiryInterval: sessionExpiry }),
    ...(clientId === request.clientId ? {} : { assignedClientIdentifier: clientId }),
    ...(keepAlive === request.keepAlive ? {} : { serverKeepAlive: keepAlive }),
  };
  const plain = { cmd: 'connack', reasonCode: Reason.success, sessionPresent, properties } as const;
  if (!hasResponse) return encodeControlPacket(plain, 5);
  const told = { ...plain, properties: { ...properties, responseInformation: response } };
  return encodeWithin(request.maximumPacketSize, told, plain);
}

/** `words` is a Reason String for people; `largest` the bytes of the largest packet that the client takes. */
export function refusal(
  protocolVersion: ProtocolVersion,
  reasonCode: ReasonCode,
  words: string,
  largest = Number.POSITIVE_INFINITY,
): Buffer {
  if (protocolVersion < 5) {
    return encodeControlPacket(
      { cmd: 'connack', returnCode: returnCodeOf(reasonCode), sessionPresent: false },
      protocolVersion,
    );
  }
  return withReasonString({ cmd: 'connack', reasonCode, sessionPresent: false }, words, largest);
}
