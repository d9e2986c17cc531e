// The part of a broker node's saved configuration about messages that wait to be sent.

import type { SavedNumber } from './environment-text';
import type { SavedConfig } from './saved-config';

export interface OutboxConfig {
  store: 'memory' | 'disk';
  maxMessages: SavedNumber;
  /** bytes of topics, payloads and properties */
  maxBytes: SavedNumber;
  overflow: 'reject' | 'dropOldest';
  /** s that a message may wait; 0: no limit */
  messageTtl: SavedNumber;
  /** QoS 1 and 2 messages in flight at once, if the server allows as many */
  maxInFlight: SavedNumber;
  /** messages per second; 0: no limit */
  rateLimit: SavedNumber;
  /** For an outbox on disk: whether each write waits until the disk has stored it. */
  fsync: boolean;
}

export const outboxDefaults = {
  store: 'memory',
  maxMessages: 10_000,
  maxBytes: 64 * 1024 * 1024,
  overflow: 'reject',
  messageTtl: 0,
  maxInFlight: 100,
  rateLimit: 0,
  fsync: false,
} satisfies OutboxConfig;

/** The ranges of the whole numbers, both ends included. */
export const OUTBOX_RANGES = {
  maxMessages: [1, 10_000_000],
  maxBytes: [1, Number.MAX_SAFE_INTEGER],
  messageTtl: [0, 0xffff_ffff],
  maxInFlight: [1, 10_000],
  rateLimit: [0, 1_000_000],
} as const satisfies Record<string, readonly [number, number]>;

/** The settings as the runtime uses them. */
export interface OutboxSettings {
  readonly store: 'memory' | 'disk';
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly overflow: 'reject' | 'dropOldest';
  readonly messageTtl: number;
  readonly maxInFlight: number;
  readonly rateLimit: number;
  readonly fsync: boolean;
}

export function readOutbox(outbox: SavedConfig): OutboxSettings {
  const number = (name: keyof typeof OUTBOX_RANGES): number => {
    const [min, max] = OUTBOX_RANGES[name];
    return outbox.integer(name, outboxDefaults[name], min, max);
  };
  return {
    store: outbox.choice('store', ['memory', 'disk'], outboxDefaults.store),
    maxMessages: number('maxMessages'),
    maxBytes: number('maxBytes'),
    overflow: outbox.choice('overflow', ['reject', 'dropOldest'], outboxDefaults.overflow),
    messageTtl: number('messageTtl'),
    maxInFlight: number('maxInFlight'),
    rateLimit: number('rateLimit'),
    fsync: outbox.boolean('fsync', outboxDefaults.fsync),
  };
}
