// What a publisher wants of the outbox, and what it hears of its publication.

import type { MqttFlowsError } from '../errors/mqtt-flows-error';
import type { OutgoingPublication } from './publication';

export interface PublishOptions {
  /** What becomes of a publication while there is no connection: it waits in the outbox, or fails at once. */
  readonly whileOffline: 'wait' | 'fail';
  /**
   * When `settled` is called with success: once the server has the publication, or once the outbox has it. A loss after
   * that is reported by the connection, with `origin`.
   */
  readonly completeOn: 'acknowledged' | 'queued';
  /** Who has published, for a loss that nobody waits to hear of any more: the id of a node. */
  readonly origin: string;
}

export const defaultPublishOptions: PublishOptions = { whileOffline: 'wait', completeOn: 'acknowledged', origin: '' };

export type PublishResult =
  /** `reasonCode` is the server's: 0, or 0x10 for "no matching subscribers" (MQTT 5, section 3.4.2.1). */
  { readonly ok: true; readonly reasonCode: number } | { readonly ok: false; readonly error: MqttFlowsError };

export type Settled = (settlement: PublishResult) => void;

/** A publication that is lost after its publisher has been told that the outbox has it. */
export interface LostPublication {
  readonly publication: OutgoingPublication;
  readonly origin: string;
}
