// The limits that a server has announced in CONNACK (MQTT 5, section 3.2.2.3).

import { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import type { OutgoingPublication } from '../core/publications/publication';
import { packetBytes } from '../core/publications/publication-size';
import type { WireFilter } from '../core/topics/topic-filter';
import type { ServerInfo, ServerWords, SubscribeRequest } from '../transport/transport';

/**
 * Why the server would refuse `publication`, or undefined. Sending it would end the connection (sections 3.2.2.3.4 to
 * 3.2.2.3.6).
 */
export function limitProblem(publication: OutgoingPublication, server: ServerInfo): MqttFlowsError | undefined {
  const { qos, retain } = publication;
  if (qos > server.maximumQoS) return refused({ reasonCode: 0x9b });
  if (retain && !server.retainAvailable) return refused({ reasonCode: 0x9a });
  if (server.maximumPacketSize === Number.POSITIVE_INFINITY) return undefined;
  const bytes = packetBytes(publication, server.protocolVersion === 5);
  if (bytes <= server.maximumPacketSize) return undefined;
  const params = { bytes, limit: server.maximumPacketSize };
  return new MqttFlowsError('publication-too-large', { stage: 'publish', reasonCode: 0x95, params });
}

/** The error for a publication that the server refuses or would refuse. */
export function refused({ reasonCode, reasonString }: { readonly reasonCode: number } & ServerWords): MqttFlowsError {
  const params = reasonString === undefined ? {} : { reasonString };
  return new MqttFlowsError('publication-refused', { stage: 'publish', reasonCode, params });
}

/** The reason code with which the server would refuse a subscription, or undefined (sections 3.2.2.3.11 and 13). */
export function subscriptionProblem({ filter }: SubscribeRequest, server: ServerInfo): number | undefined {
  const shared = filter.startsWith('$share/');
  if (shared && !server.sharedSubscriptionAvailable) return 0x9e;
  const wildcard = filter.includes('+') || filter.includes('#');
  return wildcard && !server.wildcardSubscriptionAvailable ? 0xa2 : undefined;
}

/** The error for a subscription that the server refuses or would refuse. */
export function subscriptionRefused(
  filter: WireFilter,
  { reasonCode, reasonString }: { readonly reasonCode: number } & ServerWords,
): MqttFlowsError {
  const params = { filter, ...(reasonString === undefined ? {} : { reasonString }) };
  return new MqttFlowsError('subscription-refused', { stage: 'subscribe', reasonCode, params });
}
