// Acknowledges each message once the next nodes have it.

import type { Delivery } from '../../connection/acknowledgement/delivery-window';
import type { SharedReceipt } from '../../connection/acknowledgement/shared-receipt';
import type { Subscriber } from '../../connection/subscriptions/subscriptions';
import type { Acknowledgement } from '../../core/publications/acknowledgement';
import { isReplacing, onDeploy } from '../deploy/deploy-events';
import { type Acknowledging, type AcknowledgingNode, type PreparedMessage, send } from './acknowledgement';
import { type HandedDelivery, LeftDeliveries, leftDeliveries } from './left-deliveries';
import { leftWindows } from './left-window';
import { NextNodes } from './next-nodes';

const ACKNOWLEDGED: Acknowledgement = { kind: 'acknowledged' };

/**
 * Node-RED hands messages to the next nodes by setImmediate(), and a node that is stopped before gets none. So what was sent
 * in this turn is acknowledged at the end of it. If Node-RED has stopped its flows meanwhile, a kept session brings it again;
 * if a deploy has stopped the next nodes, it is delivered again when the flows run.
 */
export class ReceiptAcknowledgement implements Acknowledging {
  readonly #to: AcknowledgingNode;
  /** Sent in this turn. */
  #sent: HandedDelivery[] = [];
  #settlement = ACKNOWLEDGED;
  /** While a deploy is under way. */
  #next: NextNodes | undefined;
  /** Whether the next nodes have missed what was sent in this turn, during a deploy. */
  #missed: (() => boolean) | undefined;
  /** What is to be delivered again: by this node, when the flows run, */
  #again: HandedDelivery[] = [];
  /** by this node, from its earlier instance, */
  #before: LeftDeliveries | undefined;
  /** or by the next instance of this node. */
  #left: LeftDeliveries | undefined;
  readonly #stops: readonly (() => void)[];

  constructor(to: AcknowledgingNode) {
    const { RED, node, connection } = to;
    this.#to = to;
    // The previous instance may have had another setting, and left a window.
    const window = leftWindows.take(node);
    window?.window.discard({ kind: 'abandoned' });
    window?.end();
    const before = leftDeliveries.take(node);
    if (before?.connection === connection) this.#before = before;
    else before?.abandon();
    this.#stops = [
      onDeploy(RED, 'flows:stopping', () => {
        this.#next = isReplacing(RED) ? new NextNodes(RED, node) : undefined;
        if (this.#sent.length > 0) this.#missed = this.#next?.sending();
      }),
      onDeploy(RED, 'flows:started', () => this.#started()),
    ];
  }

  readonly window = {
    take: (delivery: Delivery, receipt: SharedReceipt | undefined): void => {
      const release = receipt?.hold();
      this.#prepare(delivery, release && { delivery, release });
    },
  };

  /** All deliveries come through the window. */
  readonly deliver: Subscriber['deliver'] = () => {};

  leave(removed: boolean, unsubscribe: () => void): void {
    const { RED, node, connection } = this.#to;
    for (const stop of this.#stops) stop();
    if (!isReplacing(RED)) this.#settlement = { kind: 'abandoned' };
    const left = new LeftDeliveries(connection);
    this.#before?.takeAll((handed) => left.add(handed));
    left.add(this.#again.splice(0));
    this.#left = left;
    // Nobody wants the messages of a deleted node.
    if (removed || !isReplacing(RED)) left.takeAll((handed) => this.#release(handed));
    else if (!left.empty || this.#sent.length > 0) leftDeliveries.leave(RED, node, left, left.abandon);
    unsubscribe();
  }

  #prepare(delivery: Delivery, handed: HandedDelivery | undefined): void {
    const prepared = this.#to.prepare(delivery);
    if (prepared instanceof Promise) void prepared.then((later) => this.#give(later, handed));
    else this.#give(prepared, handed);
  }

  #give(prepared: PreparedMessage, handed: HandedDelivery | undefined): void {
    try {
      send(this.#to, prepared);
    } finally {
      if (handed) this.#releaseLater(handed);
    }
  }

  #releaseLater(handed: HandedDelivery): void {
    if (this.#sent.push(handed) > 1) return;
    this.#missed = this.#next?.sending();
    // After the message, which send() has given to setImmediate() before.
    setImmediate(() => {
      this.#endTurn();
    });
  }

  #endTurn(): void {
    const sent = this.#sent;
    const missed = this.#missed?.();
    this.#sent = [];
    this.#missed = undefined;
    if (!missed) this.#release(sent);
    else if (this.#left) this.#left.add(sent);
    else this.#again.push(...sent);
  }

  #release(handed: readonly HandedDelivery[]): void {
    for (const { release } of handed) release(this.#settlement);
  }

  /** All nodes of the deploy exist. */
  #started(): void {
    // What was sent in this turn, which is not over, if the next nodes have missed it.
    if (this.#missed?.()) this.#endTurn();
    this.#next = undefined;
    this.#before?.takeAll((handed) => this.#deliverAgain(handed));
    this.#before = undefined;
    this.#deliverAgain(this.#again.splice(0));
  }

  /** The server does not send them again on a connection that stands (MQTT 5, section 4.4). */
  #deliverAgain(handed: readonly HandedDelivery[]): void {
    for (const { delivery, release } of handed) {
      const again = { ...delivery, publication: { ...delivery.publication, dup: true } };
      this.#prepare(again, { delivery: again, release });
    }
  }
}
