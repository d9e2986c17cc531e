// The progress of a connection test: one event for each line. The runtime writes it, the editor reads it.

import type { ErrorReport, ErrorStage } from '../errors/mqtt-flows-error';

/** A fact about the way to the server. Text comes from outside and is plain text. */
export type TestFact =
  | { readonly kind: 'found'; readonly address: string }
  | { readonly kind: 'reached'; readonly address: string; readonly port: number }
  | { readonly kind: 'proxy'; readonly proxy: string }
  | { readonly kind: 'certificate'; readonly subject: string; readonly issuer: string; readonly until: number }
  | { readonly kind: 'encrypted'; readonly protocol: string };

/** What the server said in CONNACK. */
export interface TestedServer {
  readonly protocolVersion: 3 | 4 | 5;
  readonly receiveMaximum: number;
  readonly maximumQoS: 0 | 1 | 2;
  readonly retainAvailable: boolean;
  /** bytes; absent for no limit */
  readonly maximumPacketSize?: number;
  readonly wildcardSubscriptionAvailable: boolean;
  readonly sharedSubscriptionAvailable: boolean;
  readonly subscriptionIdentifiersAvailable: boolean;
}

/** `index` is that of the server, since servers are tested at the same time. `at` is in ms since the start. */
export type TestEvent =
  | { readonly kind: 'begin'; readonly servers: readonly string[]; readonly clientId: string }
  /** A new attempt begins, with an older version when the server has refused the one before. */
  | { readonly kind: 'attempt'; readonly index: number; readonly version: 3 | 4 | 5; readonly at: number }
  | { readonly kind: 'stage'; readonly index: number; readonly stage: ErrorStage; readonly at: number }
  | { readonly kind: 'fact'; readonly index: number; readonly fact: TestFact }
  | { readonly kind: 'connected'; readonly index: number; readonly server: TestedServer; readonly at: number }
  | { readonly kind: 'failed'; readonly index: number; readonly error: ErrorReport; readonly at: number }
  /** The settings are invalid, so no server was contacted. */
  | { readonly kind: 'unusable'; readonly error: ErrorReport }
  | { readonly kind: 'end' };
