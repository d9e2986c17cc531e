// The settings of a connection, and its access to the outside: clock, randomness, transport.

import type { Result } from '../core/errors/result';
import type { BackoffLimits } from '../core/servers/backoff';
import type { HostAndPort } from '../core/servers/server-reference';
import type { AddressCredentials } from '../core/servers/server-url';
import type { ConnectOptions, OpenStream, OpenTransport, ProtocolVersion } from '../transport/transport';
import type { Clock } from './clock';
import type { OutboxStore } from './outbox/disk/outbox-store';
import type { OutboxLimits } from './outbox/outbox';
import type { PresenceMessages } from './presence';
import type { Report } from './report';
import type { SessionMemory } from './session/session-memory';

/** A server to try: how to reach it, and its name for users. */
export interface Endpoint {
  readonly name: string;
  /** Its address for server references; none for a server in this process. */
  readonly address?: HostAndPort;
  /** User name and password that are for this server alone. */
  readonly credentials?: AddressCredentials;
  readonly open: OpenStream;
}

/** The CONNECT options of an attempt. The connection chooses server and version. */
export type AttemptOptions = Omit<ConnectOptions, 'server' | 'protocolVersion'>;

export interface ConnectionSettings {
  /** Tried in this order. */
  readonly endpoints: readonly [Endpoint, ...Endpoint[]];
  /** `auto` means MQTT 5, or 3.1.1 once a server has refused MQTT 5. */
  readonly protocolVersion: 'auto' | ProtocolVersion;
  /**
   * Called at each attempt, so that the options may change, with the server that is tried. An error becomes that of the
   * attempt. Never rejects.
   */
  readonly connectOptions: (server: Endpoint) => AttemptOptions | Promise<Result<AttemptOptions>>;
  /** ms from the beginning of an attempt to CONNACK */
  readonly connectTimeout: number;
  readonly reconnect: BackoffLimits;
  readonly outbox: OutboxLimits;
  /** The store of an outbox that outlives the process. Left out: publications wait in memory. */
  readonly outboxStore?: OutboxStore;
  readonly messages: PresenceMessages;
  /** For a session that outlives the process. */
  readonly session?: SessionMemory;
}

/** Where and how the next attempts connect. */
export type ConnectionTarget = Pick<ConnectionSettings, 'endpoints' | 'protocolVersion' | 'messages'>;

/** The outside world of a connection. */
export interface ConnectionWorld {
  readonly openTransport: OpenTransport;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Is told of failures that belong to no publication, subscription or state. */
  readonly report: Report;
}
