// CONNACK (MQTT 5, section 3.2): what the broker offers, where it differs from the defaults of MQTT.

import { topicNameProblem } from '../../core/topics/topic-name';
import { encodeControlPacket } from '../wire/control-packets';
import type { ProtocolVersion } from '../wire/protocol-version';
import { Reason, type ReasonCode, returnCodeOf } from '../wire/reason';
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
  const properties = {
    receiveMaximum: settings.receiveMaximum,
    maximumPacketSize: settings.maximumPacketSize,
    topicAliasMaximum: settings.topicAliasMaximum,
    ...(sessionExpiry === request.sessionExpiry ? {} : { sessionExpiryInterval: sessionExpiry }),
    ...(clientId === request.clientId ? {} : { assignedClientIdentifier: clientId }),
    ...(keepAlive === request.keepAlive ? {} : { serverKeepAlive: keepAlive }),
    ...(request.wantsResponseInformation && !topicNameProblem(response) ? { responseInformation: response } : {}),
  };
  return encodeControlPacket({ cmd: 'connack', reasonCode: Reason.success, sessionPresent, properties }, 5);
}

/** `words` is a Reason String for people. */
export function refusal(protocolVersion: ProtocolVersion, reasonCode: ReasonCode, words: string): Buffer {
  if (protocolVersion < 5) {
    return encodeControlPacket(
      { cmd: 'connack', returnCode: returnCodeOf(reasonCode), sessionPresent: false },
      protocolVersion,
    );
  }
  const properties = words === '' ? {} : { properties: { reasonString: words } };
  return encodeControlPacket({ cmd: 'connack', reasonCode, sessionPresent: false, ...properties }, 5);
}
