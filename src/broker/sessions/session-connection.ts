// What a session needs of the connection that its client has now.

import type { Copy } from '../publications/copy';

export interface SessionConnection {
  /** Publications at QoS 1 and 2 that may be on their way at a time. */
  readonly receiveMaximum: number;
  /** False while the client has not read what it was sent. */
  readonly writable: boolean;
  /** Sends PUBLISH; false when the client takes no packet of that size (MQTT 5, section 3.1.2.11.4). */
  publish(copy: Copy, packetIdentifier: number, dup: boolean): boolean;
  /** Sends PUBREL. */
  release(packetIdentifier: number): void;
}

/** What a session needs of the broker. */
export interface SessionHost {
  /** ms of the clock of the broker */
  now(): number;
  /** A publication was dropped because the client is not there, or does not read. */
  dropped(session: { readonly clientId: string }, first: boolean): void;
  /** `session` has more waiting for it than it should: who published that may wait with the next. */
  crowded(session: Crowded): void;
  /** Bytes that wait for all clients together have changed by `bytes`. */
  waitingChanged(bytes: number): void;
  /** More bytes wait for all clients together than may. */
  readonly overfull: boolean;
}

/** Where publishers wait for a client that reads, but not as fast. */
export interface Crowded {
  /** Calls `go` once when there is room again, or when the client has had its time. */
  whenRoom(go: () => void): void;
}
