// A client as the broker sees it.

import type { Session } from '../sessions/session';
import type { SessionConnection } from '../sessions/session-connection';
import type { ReasonCode } from '../wire/reason';
import type { KnownClient } from './access';
import type { ConnectedClient } from './broker-listener';
import type { RequestedWill } from './connect-request';

export interface HostedClient extends SessionConnection, KnownClient, ConnectedClient {
  /** When its stream came, in ms of the clock of the broker. */
  readonly since: number;
  readonly bridge: boolean;
  readonly connected: boolean;
  readonly session: Session | undefined;
  /** Published when its connection ends otherwise than by a normal DISCONNECT. */
  readonly will: RequestedWill | undefined;
  /** Ends the connection. An MQTT 5 client is told the reason. */
  end(reasonCode: ReasonCode, reason: string): void;
}
