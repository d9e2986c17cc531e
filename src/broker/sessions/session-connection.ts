// What a session needs from the current connection of its client.

import type { BytePool } from '../byte-pool';
import type { Copy } from '../publications/copy';

export interface SessionConnection {
  /** The most QoS 1 and 2 publications that may be in flight. */
  readonly receiveMaximum: number;
  /** False while too much waits to be read by the client. */
  readonly writable: boolean;
  /** Sends PUBLISH. False when the packet is too large for the client (MQTT 5, section 3.1.2.11.4). */
  publish(copy: Copy, packetIdentifier: number, dup: boolean): boolean;
  /** Sends PUBREL. */
  release(packetIdentifier: number): void;
}

/** What a session needs from the broker. */
export interface SessionHost {
  /** ms of the clock of the broker */
  now(): number;
  /** Runs `task` in a later turn of the event loop. */
  readonly defer: (task: () => void) => void;
  /** A publication was dropped because the client is absent or does not read. */
  dropped(session: { readonly clientId: string }, first: boolean): void;
  /** Too much waits for `session`. The publisher may be delayed. */
  crowded(session: Crowded): void;
  /** What waits for all clients. */
  readonly waiting: BytePool;
  /** What all clients have not acknowledged. */
  readonly inFlight: BytePool;
}

/** Something that delays publishers while a client reads too slowly. */
export interface Crowded {
  /** Calls `go` once when there is room again, or when the longest delay is over. */
  whenRoom(go: () => void): void;
}
