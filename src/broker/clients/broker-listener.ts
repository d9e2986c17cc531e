// What happens in the broker that people may want to know, each told once.

import type { StoreAside } from '../store/broker-store';
import type { ProtocolVersion } from '../wire/protocol-version';
import { Reason, type ReasonCode } from '../wire/reason';
import type { Origin } from './access';

export interface ConnectedClient {
  readonly clientId: string;
  readonly user: string;
  readonly origin: Origin;
  readonly protocolVersion: ProtocolVersion;
}

/** What was refused, to whom. */
export interface Refusal {
  readonly what: 'connect' | 'publish' | 'subscribe' | 'retain';
  readonly clientId: string;
  readonly user: string;
  readonly address: string;
  readonly reasonCode: ReasonCode;
  /** The topic or the filter. */
  readonly topic?: string;
}

/** Why the connection of a client has ended. */
export interface Ending {
  readonly reasonCode: ReasonCode;
  /** In English; empty when the client left by itself. */
  readonly reason: string;
}

/** Calls must not throw. */
export interface BrokerListener {
  connected(client: ConnectedClient): void;
  disconnected(client: ConnectedClient, ending: Ending): void;
  /** The same refusal to the same client is told once while it is connected. */
  refused(refusal: Refusal): void;
  /** Publications for `clientId` are being dropped; told again when there has been room in between. */
  dropping(clientId: string): void;
  /** There was no room for another retained message; told once until there is. */
  retainedFull(): void;
  /** What was remembered could not be read, and has been put aside. */
  putAside(aside: StoreAside): void;
  /** The store has refused a write; told once until one succeeds. */
  storeFailed(error: unknown): void;
}

/** For whoever does not want to know. */
export const silentListener: BrokerListener = {
  connected: () => {},
  disconnected: () => {},
  refused: () => {},
  dropping: () => {},
  retainedFull: () => {},
  putAside: () => {},
  storeFailed: () => {},
};

/** A connection that is not even read from, because there are as many as there may be. */
export function tooManyConnections({ address }: Origin): Refusal {
  return { what: 'connect', clientId: '', user: '', address, reasonCode: Reason.quotaExceeded };
}
