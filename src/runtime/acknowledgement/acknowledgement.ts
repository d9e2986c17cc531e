// What the three ways to acknowledge have in common: when the message is handed over, when the flow is done with it, or
// when an acknowledge node says so.

import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { Delivery, DeliveryFigures, DeliveryWindow } from '../../connection/acknowledgement/delivery-window';
import type { Connection } from '../../connection/connection';
import type { Subscriber } from '../../connection/subscriptions/subscriptions';
import { TOO_DEEP } from '../../core/payloads/json-text';
import { payloadError } from '../../core/payloads/payload-error';
import type { AcknowledgementSettings } from '../../settings/subscribe.config';
import { localizedError } from '../node/localize';
import { atOutput } from '../node/outputs';

/** The message made of a delivery. With an `error`, it goes to a Catch node. */
export interface PreparedMessage {
  readonly message: NodeMessage & { _msgid: string; receipt?: string };
  /** Whether the payload is what the format has made of it. */
  readonly decoded: boolean;
  readonly error?: Error;
  /** The output, counted from 0, of a node that has several. */
  readonly output?: number | undefined;
  /** The settings drop the message: it goes nowhere and counts as done. */
  readonly dropped?: true;
  /** The payload as received. */
  readonly raw: Buffer;
}

/** A subscribe node, with everything needed to acknowledge its messages. */
export interface AcknowledgingNode {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly connection: Connection;
  readonly settings: AcknowledgementSettings;
  /**
   * Makes the message from a delivery, later where an expression is evaluated. Promises never reject, and resolve in the
   * order of the deliveries.
   */
  prepare(delivery: Delivery): PreparedMessage | Promise<PreparedMessage>;
  /** Shows the number of deliveries. Called at intervals. */
  show(figures: DeliveryFigures): void;
}

/** Takes the deliveries of a subscribe node, until the node is closed. */
export interface Acknowledging extends Pick<Subscriber, 'deliver'> {
  readonly window: Pick<DeliveryWindow, 'take'>;
  /** The node is closed. Calls `unsubscribe` now, or when the next instance has taken over. */
  leave(removed: boolean, unsubscribe: () => void): void;
}

/** Sends a message to the flow. */
export function send({ RED, node }: Pick<AcknowledgingNode, 'RED' | 'node'>, prepared: PreparedMessage): void {
  const { message, error, raw, output } = prepared;
  if (prepared.dropped) return;
  if (error) return node.error(error, message);
  try {
    node.send(output === undefined ? message : atOutput(output, message));
  } catch (thrown) {
    // Node-RED copies messages recursively, also those for Catch nodes.
    if (!(thrown instanceof RangeError)) throw thrown;
    const tooDeep = payloadError('payload-undecodable', TOO_DEEP, String(message.topic));
    node.error(localizedError(RED, tooDeep), { ...message, payload: raw });
  }
}
