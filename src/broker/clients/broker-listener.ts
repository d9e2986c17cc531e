// Events of the broker that people may want to know. Each is reported once.

import type { StoreAside } from '../store/broker-store';
import type { OtherProtocol } from '../wire/other-protocol';
import type { ProtocolVersion } from '../wire/protocol-version';
import { Reason, type ReasonCode } from '../wire/reason';
import type { Origin } from './access';

export interface ConnectedClient {
  readonly clientId: string;
  readonly user: string;
  readonly origin: Origin;
  readonly protocolVersion: ProtocolVersion;
}

/** What was refused to which client. */
export interface Refusal {
  readonly what: 'connect' | 'publish' | 'subscribe' | 'retain';
  readonly clientId: string;
  readonly user: string;
  readonly address: string;
  readonly reasonCode: ReasonCode;
  /** The topic or the filter. */
  readonly topic?: string;
  /** Whether CONNECT had a password. */
  readonly withPassword?: boolean;
  /** In English, for reason codes that mean many things. */
  readonly detail?: string;
  /** What it speaks in place of MQTT, if that is known. */
  readonly otherProtocol?: OtherProtocol | undefined;
}

/** Why the connection of a client has ended. */
export interface Ending {
  readonly reasonCode: ReasonCode;
  /** In English; empty when the client ended the connection itself, and when the connection broke. */
  readonly reason: string;
}

/** Calls must not throw. */
export interface BrokerListener {
  connected(client: ConnectedClient): void;
  disconnected(client: ConnectedClient, ending: Ending): void;
  /** The same refusal to the same client is reported once in a connection. */
  refused(refusal: Refusal): void;
  /** Publications for `clientId` are dropped. Reported again after there has been room in between. */
  dropping(clientId: string): void;
  /** There was no room for another retained message. Reported once until there is room again. */
  retainedFull(): void;
  /** The stored state could not be read, and was set aside. */
  putAside(aside: StoreAside): void;
  /** The store cannot be opened or read. The state is kept in memory only until storeOpened(). */
  storeUnusable(error: unknown): void;
  /** The store can be used now: what it held is there again, and so is what has come meanwhile. */
  storeOpened(): void;
  /** The store has refused a write. Reported once until a write succeeds, which storeWorks() reports. */
  storeFailed(error: unknown): void;
  storeWorks(): void;
}

/** Ignores all events. */
export const silentListener: BrokerListener = {
  connected: () => {},
  disconnected: () => {},
  refused: () => {},
  dropping: () => {},
  retainedFull: () => {},
  putAside: () => {},
  storeUnusable: () => {},
  storeOpened: () => {},
  storeFailed: () => {},
  storeWorks: () => {},
};

/** A connection from which nothing is read, because the maximum number of connections is reached. */
export function tooManyConnections({ address }: Origin): Refusal {
  return { what: 'connect', clientId: '', user: '', address, reasonCode: Reason.quotaExceeded };
}
