// One application message between a server and this package, with everything that MQTT says about it.

export type QoS = 0 | 1 | 2;

/** MQTT 5 user properties. A name may occur more than once; its values are then an array in their order. */
export type UserProperties = Record<string, string | string[]>;

/** The properties of an MQTT 5 PUBLISH that an application sees (section 3.3.2.3). */
export interface PublicationProperties {
  payloadFormatIndicator?: boolean;
  /** s */
  messageExpiryInterval?: number;
  contentType?: string;
  responseTopic?: string;
  correlationData?: Buffer;
  userProperties?: UserProperties;
}

/** An application message to send. */
export interface OutgoingPublication {
  readonly topic: string;
  readonly payload: Buffer | string;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties?: PublicationProperties;
}

/** An application message from a server. */
export interface IncomingPublication {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly properties?: PublicationProperties;
  /** The identifiers of the subscriptions that matched; empty when the server sends none (section 3.3.2.3.8). */
  readonly subscriptionIdentifiers: readonly number[];
}

export function isQoS(value: unknown): value is QoS {
  return value === 0 || value === 1 || value === 2;
}

/** A copy with Buffers of its own, for a receiver that may change them. */
export function withOwnBytes(publication: IncomingPublication): IncomingPublication {
  const { payload, properties } = publication;
  const correlationData = properties?.correlationData;
  const own = { ...publication, payload: Buffer.from(payload) };
  if (!correlationData) return own;
  return { ...own, properties: { ...properties, correlationData: Buffer.from(correlationData) } };
}
