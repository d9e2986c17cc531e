// One thing that core nodes and ours are both asked to do, and whether they do the same.

import type { Reason } from './reasons';

export type Version = 4 | 5;

interface Case {
  /** What it is about, in the page. */
  readonly title: string;
  readonly version: Version;
  /** Why the outcome differs. Left out: it is the same. */
  readonly differs?: Reason;
}

/** A publication that somebody else sends, received by a node with one of the core's outputs. */
export interface ReceiveCase extends Case {
  readonly kind: 'receive';
  /** `datatype` of the core node. */
  readonly output: string;
  readonly payload: Buffer;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A message for a node that publishes. `topic` is one that nothing else uses. */
export interface PublishCase extends Case {
  readonly kind: 'publish';
  /** Settings of the core node that are not those of a new one. */
  settings(topic: string): Readonly<Record<string, unknown>>;
  message(topic: string): object;
}

/** Messages that control a connection or subscriptions, one after the other. */
export interface ControlCase extends Case {
  readonly kind: 'control';
  readonly node: 'mqtt in' | 'mqtt out';
  messages(topic: string): readonly object[];
}

export type MovingCase = ReceiveCase | PublishCase | ControlCase;

export const VERSIONS = [4, 5] as const;
