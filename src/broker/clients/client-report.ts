// A client, connected or remembered, as people see it.

import type { Session } from '../sessions/session';
import type { ProtocolVersion } from '../wire/protocol-version';
import type { HostedClient } from './hosted-client';

export interface ClientReport {
  readonly clientId: string;
  readonly user: string;
  readonly connected: boolean;
  /** Empty while it is not connected. */
  readonly address: string;
  readonly protocolVersion: ProtocolVersion | undefined;
  /** When its connection began, or ended if it has none; ms since the epoch. */
  readonly since: number;
  /** Whether the client is in this process. */
  readonly local: boolean;
  readonly subscriptions: number;
  readonly queued: number;
  readonly inFlight: number;
  /** The number of publications dropped for it. */
  readonly dropped: number;
}

export function clientReport(session: Session, client: HostedClient | undefined): ClientReport {
  return {
    clientId: session.clientId,
    user: session.user,
    connected: client !== undefined,
    address: client?.origin.address ?? '',
    protocolVersion: client?.protocolVersion,
    since: client?.since ?? session.endedAt ?? 0,
    local: client?.origin.local ?? false,
    subscriptions: session.subscriptions.size,
    queued: session.queuedCount,
    inFlight: session.inFlightCount,
    dropped: session.droppedCount,
  };
}
