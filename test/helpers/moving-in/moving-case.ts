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

/** What a test does to a connection: a message for the node that publishes, or something that happens to it. */
export type ConnectionStep =
  | { readonly give: object }
  /** Waits until the server has a publication to this topic. */
  | { readonly heard: string }
  /** The server ends the connection. */
  | 'cut'
  /** The flow stops. */
  | 'stop'
  /** Waits until both nodes show that they are connected, and the subscription is there. */
  | 'connected'
  /** Waits until the node that publishes shows it. */
  | 'out connected'
  /** Waits until both nodes show that they are not connected. */
  | 'disconnected'
  /** Waits until the first attempt has failed. */
  | 'failed';

/** What is compared of a connection. */
export type ConnectionPart = 'CONNECT' | 'packets' | 'status' | 'badge' | 'ends' | 'errors';

/** A broker node with one node that receives and one that publishes, and what happens to their connection. */
export interface ConnectionCase extends Case {
  readonly kind: 'connection';
  readonly part: ConnectionPart;
  readonly scenario: Scenario;
}

export interface Scenario {
  readonly name: string;
  /** Settings of the core broker node beside the server. */
  settings?(port: number): Readonly<Record<string, unknown>>;
  readonly credentials?: Readonly<Record<string, string>>;
  /** Topics of the two nodes. */
  readonly topics?: { readonly in?: string; readonly out?: string };
  /** What the server does: it accepts, refuses the credentials, or is not there. */
  readonly server?: 'refuses' | 'absent';
  /** Where another server is that messages may name. */
  steps(port: number): readonly ConnectionStep[];
  readonly parts: readonly ConnectionPart[];
}

export type MovingCase = ReceiveCase | PublishCase | ControlCase | ConnectionCase;

export const VERSIONS = [4, 5] as const;
