// Turns a received publication into a message. The property names are those of Node-RED's core MQTT nodes, so that
// flows move over unchanged. The reverse is publication-from-message.ts.

import type { TopicParams } from '../topics/topic-captures';
import type { IncomingPublication, QoS, UserProperties } from './publication';

/** The MQTT properties of a received message. */
export type ReceivedMessage = {
  topic: string;
  payload: unknown;
  qos: QoS;
  retain: boolean;
  dup?: true;
  params?: TopicParams;
  responseTopic?: string;
  correlationData?: Buffer;
  contentType?: string;
  messageExpiryInterval?: number;
  payloadFormatIndicator?: boolean;
  userProperties?: UserProperties;
  /** The identifiers of the subscriptions that matched. Most servers send one. */
  subscriptionIdentifier?: number | readonly number[];
};

/** Builds the message of one delivery. `qos` is at most the QoS that the subscriber asked for. */
export function messageFromPublication(
  publication: IncomingPublication,
  payload: unknown,
  qos: QoS,
  params: TopicParams | undefined,
): ReceivedMessage {
  const message: ReceivedMessage = { topic: publication.topic, payload, qos, retain: publication.retain };
  if (publication.dup) message.dup = true;
  if (params) message.params = params;
  const { subscriptionIdentifiers: identifiers } = publication;
  const [identifier, ...more] = identifiers;
  if (identifier !== undefined) message.subscriptionIdentifier = more.length === 0 ? identifier : [...identifiers];
  if (publication.properties) Object.assign(message, publication.properties);
  // All subscribers share the publication, and a flow may change its message.
  if (message.userProperties) message.userProperties = structuredClone(message.userProperties);
  return message;
}
