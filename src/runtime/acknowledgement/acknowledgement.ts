// How a subscribe node gets its messages and acknowledges them: as it hands them over, when the flow is done with them,
// or when an acknowledge node says so.

import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { Delivery, DeliveryFigures, DeliveryWindow } from '../../connection/acknowledgement/delivery-window';
import type { Connection } from '../../connection/connection';
import type { Subscriber } from '../../connection/subscriptions/subscriptions';
import { TOO_DEEP } from '../../core/payloads/json-text';
import { payloadError } from '../../core/payloads/payload-error';
import type { AcknowledgementSettings } from '../../settings/subscribe.config';
import { localizedError } from '../node/localize';

/** The message of a delivery. With an `error`, it goes to a Catch node. */
export interface PreparedMessage {
  readonly message: NodeMessage & { _msgid: string; receipt?: string };
  readonly error?: Error;
  /** The payload as it came. */
  readonly raw: Buffer;
}

/** A subscribe node, and what it needs to acknowledge. */
export interface AcknowledgingNode {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly connection: Connection;
  readonly settings: AcknowledgementSettings;
  /** Makes the message of a delivery. */
  prepare(delivery: Delivery): PreparedMessage;
  /** Hears now and then how many deliveries there are. */
  show(figures: DeliveryFigures): void;
}

/** What a subscribe node subscribes with, and what it does when it is closed. */
export interface Acknowledging extends Pick<Subscriber, 'deliver'> {
  /** Undefined when nothing is acknowledged later. */
  readonly window: DeliveryWindow | undefined;
  /** The node is closed; `unsubscribe` is called now, or when the next instance has taken over. */
  leave(removed: boolean, unsubscribe: () => void): void;
}

/** Gives a message to the flow. */
export function send({ RED, node }: Pick<AcknowledgingNode, 'RED' | 'node'>, prepared: PreparedMessage): void {
  const { message, error, raw } = prepared;
  if (error) return node.error(error, message);
  try {
    node.send(message);
  } catch (thrown) {
    // Node-RED copies messages by recursion, those for Catch nodes too.
    if (!(thrown instanceof RangeError)) throw thrown;
    const tooDeep = payloadError('payload-undecodable', TOO_DEEP, String(message.topic));
    node.error(localizedError(RED, tooDeep), { ...message, payload: raw });
  }
}
