// What a publisher asks of the outbox, and the result of its publication.

import type { MqttFlowsError } from '../errors/mqtt-flows-error';
import type { OutgoingPublication } from './publication';

export interface PublishOptions {
  /** What happens to a publication while there is no connection: it waits in the outbox, or fails at once. */
  readonly whileOffline: 'wait' | 'fail';
  /**
   * When `settled` reports success: once the server has acknowledged the publication, or once the outbox has accepted
   * it. The connection reports a later loss, with `origin`.
   */
  readonly completeOn: 'acknowledged' | 'queued';
  /**
   * s that the publication is of use, fractions included: it waits no longer in the outbox, and its expiry interval, if
   * it has one, is no longer. Left out: as long as the outbox and its own interval allow.
   */
  readonly timeToLive?: number;
  /** The id of the node that published, for a loss after the publisher has been told of success. */
  readonly origin: string;
}

export const defaultPublishOptions: PublishOptions = { whileOffline: 'wait', completeOn: 'acknowledged', origin: '' };

export type PublishResult =
  /** `reasonCode` is the server's: 0, or 0x10 for "no matching subscribers" (MQTT 5, section 3.4.2.1). */
  { readonly ok: true; readonly reasonCode: number } | { readonly ok: false; readonly error: MqttFlowsError };

export type Settled = (settlement: PublishResult) => void;

/** A publication that is lost after its publisher was told that the outbox had accepted it. */
export interface LostPublication {
  readonly publication: OutgoingPublication;
  readonly origin: string;
}
