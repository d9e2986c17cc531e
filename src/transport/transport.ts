// The interface between a connection and the network: one MQTT session over one byte stream, from CONNECT until the
// stream is gone. Types only. mqttjs/mqttjs-transport.ts implements it; tests use a fake.

import type { Duplex } from 'node:stream';
import type { ErrorStage, MqttFlowsError } from '../core/errors/mqtt-flows-error';
import type { IncomingPublication, OutgoingPublication, QoS, UserProperties } from '../core/publications/publication';
import type { TestFact } from '../core/reports/connection-test';
import type { WireFilter } from '../core/topics/topic-filter';

/**
 * Opens the byte stream to a server. Calls `report` at each stage, and `learn` with facts about the way. Rejects with
 * MqttFlowsError. When `signal` aborts, what is half open is destroyed.
 */
export type OpenStream = (
  report: (stage: ErrorStage) => void,
  signal: AbortSignal,
  learn?: (fact: TestFact) => void,
) => Promise<Duplex>;

/** MQTT 5, or MQTT 3.1.1 and 3.1, whose protocol levels are 4 and 3. */
export type ProtocolVersion = 3 | 4 | 5;

/** What CONNECT says, and to whom. */
export interface ConnectOptions {
  /** What tells the server from others, for a session is kept by one of them; not sent. */
  readonly server: string;
  readonly protocolVersion: ProtocolVersion;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** s; 0 switches the keep-alive off */
  readonly keepalive: number;
  readonly cleanStart: boolean;
  /** Published by the server when the connection ends without DISCONNECT. */
  readonly will?: Will;
  /** MQTT 5 only, section 3.1.2.11. When left out, the server uses the defaults. */
  readonly properties?: ConnectProperties;
}

export interface Will extends OutgoingPublication {
  /** s between the end of the connection and the will; MQTT 5 only */
  readonly delayInterval?: number;
}

export interface ConnectProperties {
  /** s for which the server keeps the session without a connection; 0xFFFFFFFF for ever */
  readonly sessionExpiryInterval?: number;
  /** QoS 1 and 2 publications that the server may send without an acknowledgement */
  readonly receiveMaximum?: number;
  /** bytes */
  readonly maximumPacketSize?: number;
  /** topic aliases that the server may use */
  readonly topicAliasMaximum?: number;
  /** Whether the server shall say where it wants to have response topics. */
  readonly requestResponseInformation?: boolean;
  readonly userProperties?: UserProperties;
}

/** The content of CONNACK: the session, and the limits of the server with the defaults of MQTT 5, section 3.2.2.3. */
export interface ServerInfo {
  readonly protocolVersion: ProtocolVersion;
  readonly sessionPresent: boolean;
  readonly assignedClientIdentifier?: string;
  /** The beginning of response topics, where we have asked for it and the server has a wish (section 3.2.2.3.15). */
  readonly responseInformation?: string;
  readonly receiveMaximum: number;
  /** Publications that the server may have unacknowledged at a time: our receive maximum, with MQTT 5. */
  readonly window: number;
  readonly maximumQoS: QoS;
  readonly retainAvailable: boolean;
  /** bytes */
  readonly maximumPacketSize: number;
  readonly subscriptionIdentifiersAvailable: boolean;
  readonly wildcardSubscriptionAvailable: boolean;
  readonly sharedSubscriptionAvailable: boolean;
}

/** One filter of a SUBSCRIBE. */
export interface SubscribeRequest {
  readonly filter: WireFilter;
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
  /** MQTT 5, section 3.8.2.1.2. Left out where the server does not support identifiers. */
  readonly identifier?: number;
}

/** Text of a server beside its reason code: plain text, not to be trusted. */
export interface ServerWords {
  readonly reasonString?: string;
}

export type SubscribeOutcome =
  | { readonly kind: 'granted'; readonly qos: QoS }
  | ({ readonly kind: 'refused'; readonly reasonCode: number } & ServerWords)
  /** The stream ended before the server answered. */
  | { readonly kind: 'unanswered' };

export type PublishOutcome =
  /** QoS 0: the bytes were handed to the stream. QoS 1 and 2: the server has it. */
  | { readonly kind: 'acknowledged'; readonly reasonCode: number }
  | ({ readonly kind: 'refused'; readonly reasonCode: number } & ServerWords)
  /** The stream ended first. Whether the server has the publication is unknown. */
  | { readonly kind: 'unconfirmed' };

/** An outgoing publication. Its sender may send it over several connections of a session. */
export interface Outbound {
  /** The publication in its current form. */
  readonly publication: OutgoingPublication;
  /** One of OUTBOUND_IDENTIFIERS, allocated by the sender; not read at QoS 0. */
  readonly packetIdentifier: number;
  /** QoS 2: the server has received it (PUBREC). The sender continues with Transport.release(). */
  received(): void;
  /** Called exactly once for each connection over which it was sent or released. */
  settled(outcome: PublishOutcome): void;
}

/**
 * The acknowledgement that a server expects for one publication at QoS 1 or 2. One of the two methods is called, once.
 * Further calls do nothing, nor do calls after the end of the connection that delivered the publication.
 */
export interface Receipt {
  /** From 0x80 on, `reasonCode` refuses the publication (MQTT 5, section 3.4.2.1). MQTT 3.1.1 has no refusal. */
  acknowledge(reasonCode?: number): void;
  /** Never acknowledges. If the session continues, the server sends the publication again on the next connection. */
  abandon(): void;
}

/** Called by a transport. `closed` is called once, as the last call, and not after close() or destroy(). */
export interface TransportListener {
  stage(stage: ErrorStage): void;
  connected(server: ServerInfo): void;
  /** `receipt` is set at QoS 1 and 2. */
  message(publication: IncomingPublication, receipt?: Receipt): void;
  /** The stream has room again after `writable` was false. */
  writable(): void;
  closed(error: MqttFlowsError): void;
}

/** What has moved over the network since the stream was opened, parts of packets included. */
export interface LinkProgress {
  /** bytes */
  readonly received: number;
  /** bytes that the operating system has taken */
  readonly sent: number;
  /** bytes that it has not taken yet */
  readonly waiting: number;
  /** ms for which a slow link may still pass on what the system has taken; 0 when only small packets are on their way */
  readonly busyFor: number;
}

export interface Transport {
  /** False while the stream is full. publish() would then only use up memory. */
  readonly writable: boolean;
  /** False while reading is stopped, answers included, because unacknowledged publications take too much memory. */
  readonly reading: boolean;
  /** Publications at QoS 1 and 2 that have arrived, and that the server does not know to be acknowledged. */
  readonly unacknowledged: number;
  /** What has moved so far. Reading it is not for every message. */
  readonly progress: LinkProgress;
  /** Sends PUBLISH. `dup` means that it was sent within this session before. Call only while connected. */
  send(outbound: Outbound, dup: boolean): void;
  /** Sends PUBREL for a publication that the server has received, over this or an earlier connection of the session. */
  release(outbound: Outbound): void;
  /** Sends a publication of this connection alone. Call only while connected. `settled` is called exactly once. */
  publish(publication: OutgoingPublication, settled: (outcome: PublishOutcome) => void): void;
  /** Call only while connected. `settled` is called exactly once. */
  subscribe(request: SubscribeRequest, settled: (outcome: SubscribeOutcome) => void): void;
  /** Call only while connected. `settled` is called exactly once, and tells whether the server answered. */
  unsubscribe(filter: WireFilter, settled: (answered: boolean) => void): void;
  /**
   * Sends PINGREQ, after all acknowledgements so far. `answered` is called when PINGRESP has arrived, and with it all that
   * the server sent before; never, when the stream ends first. Call only while connected.
   */
  ping(answered: () => void): void;
  /**
   * Sends DISCONNECT if connected, and resolves when the stream is destroyed, within a second. With `endSession`, the
   * server deletes the session as well; MQTT 5 only, section 3.14.2.2.2.
   */
  close(endSession?: boolean): Promise<void>;
  /** Destroys the stream at once. */
  destroy(): void;
}

export type OpenTransport = (open: OpenStream, options: ConnectOptions, listener: TransportListener) => Transport;
