// Tells how the bytes of a connection move over the network, below TLS and WebSocket, where a packet need not be whole.

import type { Duplex } from 'node:stream';
import type { LinkProgress } from '../transport';

/** bytes a second; a link that is slower than this does not count as moving */
const SLOWEST = 20_000;
/** bytes that an operating system may hold after it has taken them; Linux takes up to 4 MiB */
const HELD_BY_SYSTEM = 4 * 1024 * 1024;

/** The stream below a stream that encrypts or frames. */
const below = new WeakMap<Duplex, Duplex>();

/** Remembers that the bytes of `stream` go through `lower`. */
export function carriedBy<S extends Duplex>(stream: S, lower: Duplex): S {
  below.set(stream, lower);
  return stream;
}

/**
 * The counters of a socket of Node.js. Only the handle knows how much of a write the system has taken: `writableLength` is
 * the whole of it until the end. The fields are not documented; without them nothing seems to wait.
 */
interface Handle {
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
  readonly writeQueueSize?: number;
  /** Of TLS on the side of the server: the handle of its socket. */
  readonly _parent?: Handle | null;
}

function handleOf(stream: Duplex): Handle | undefined {
  let lowest = stream;
  for (let next = below.get(lowest); next; next = below.get(lowest)) lowest = next;
  // Private to Node.js, see Handle.
  const handle = (lowest as Duplex & { _handle?: Handle | null })._handle ?? undefined;
  return handle?._parent ?? handle;
}

function sentBy({ bytesWritten = 0, writeQueueSize = 0 }: Handle): number {
  return bytesWritten - writeQueueSize;
}

/** What tells how many bytes of `stream` the operating system has taken so far; undefined where that cannot be known. */
export function sentCount(stream: Duplex): (() => number) | undefined {
  const handle = handleOf(stream);
  return handle?.bytesWritten === undefined ? undefined : () => sentBy(handle);
}

export class LinkMovement {
  readonly #handle: Handle | undefined;
  readonly #now: () => number;
  /** When the system has passed on what it holds, at the slowest, in ms as `now` says. */
  #until = 0;
  #sent = 0;

  /** `now` is in ms, of a clock that is never set. */
  constructor(stream: Duplex, now: () => number) {
    this.#handle = handleOf(stream);
    this.#now = now;
  }

  /** A packet of so many bytes has been written. */
  wrote(bytes: number): void {
    const now = this.#now();
    this.#busyUntil(Math.max(now, this.#until) + (bytes * 1000) / SLOWEST, now);
  }

  get progress(): LinkProgress {
    const handle = this.#handle ?? {};
    const { bytesRead: received = 0, writeQueueSize: waiting = 0 } = handle;
    const sent = sentBy(handle);
    const now = this.#now();
    // More waits than the system takes: it holds as much as it can.
    if (waiting > 0 && sent > this.#sent) this.#busyUntil(Number.POSITIVE_INFINITY, now);
    this.#sent = sent;
    return { received, sent, waiting, busyFor: Math.max(0, this.#until - now) };
  }

  #busyUntil(until: number, now: number): void {
    this.#until = Math.min(until, now + (HELD_BY_SYSTEM * 1000) / SLOWEST);
  }
}
