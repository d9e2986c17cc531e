// What a connection is to do, and what it is given of the world to do it with.

import type { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import type { BackoffLimits } from '../core/servers/backoff';
import type { HostAndPort } from '../core/servers/server-reference';
import type { ConnectOptions, OpenStream, OpenTransport, ProtocolVersion } from '../transport/transport';
import type { Clock } from './clock';
import type { OutboxStore } from './outbox/disk/outbox-store';
import type { OutboxLimits } from './outbox/outbox';
import type { PresenceMessages } from './presence';
import type { Report } from './report';
import type { SessionMemory } from './session/session-memory';

/** A server to try: how to reach it, and its name for people. */
export interface Endpoint {
  readonly name: string;
  /** What other servers call it; none for a server in this process. */
  readonly address?: HostAndPort;
  readonly open: OpenStream;
}

/** What an attempt says of itself; server and version are the connection's to choose. */
export type AttemptOptions = Omit<ConnectOptions, 'server' | 'protocolVersion'>;

export interface ConnectionSettings {
  /** Tried in their order. */
  readonly endpoints: readonly [Endpoint, ...Endpoint[]];
  /** `auto` is MQTT 5, and 3.1.1 once a server has refused that version. */
  readonly protocolVersion: 'auto' | ProtocolVersion;
  /** Asked at each attempt, so that what it answers may change. An error is that of the attempt; it never rejects. */
  readonly connectOptions: () => AttemptOptions | Promise<AttemptOptions | MqttFlowsError>;
  /** ms from the beginning of an attempt to CONNACK */
  readonly connectTimeout: number;
  readonly reconnect: BackoffLimits;
  readonly outbox: OutboxLimits;
  /** Where what waits outlives the process; left out, it waits in memory. */
  readonly outboxStore?: OutboxStore;
  readonly messages: PresenceMessages;
  /** For a session that outlives the process. */
  readonly session?: SessionMemory;
}

/** Where and how the next attempts connect. */
export type ConnectionTarget = Pick<ConnectionSettings, 'endpoints' | 'protocolVersion' | 'messages'>;

/** What a connection is given of the world. */
export interface ConnectionWorld {
  readonly openTransport: OpenTransport;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Hears of failures that belong to no publication, subscription or state. */
  readonly report: Report;
}
