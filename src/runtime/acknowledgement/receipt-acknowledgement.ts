// Acknowledges each message once the next nodes have it.

import type { Delivery } from '../../connection/acknowledgement/delivery-window';
import type { SharedReceipt } from '../../connection/acknowledgement/shared-receipt';
import type { Subscriber } from '../../connection/subscriptions/subscriptions';
import type { Acknowledgement } from '../../core/publications/acknowledgement';
import { isReplacing, onDeploy } from '../deploy/deploy-events';
import { type Acknowledging, type AcknowledgingNode, type PreparedMessage, send } from './acknowledgement';
import { type HandedDelivery, LeftDeliveries, leftDeliveries } from './left-deliveries';
import { leftWindows } from './left-window';
import { type Missed, NextNodes } from './next-nodes';

const ACKNOWLEDGED: Acknowledgement = { kind: 'acknowledged' };

/** Messages that are on their way to the next nodes. */
interface OnTheWay {
  /** Whether the next nodes have missed them; set during a deploy. */
  missed: Missed | undefined;
}

/**
 * Node-RED hands messages to the next nodes by setImmediate(), and a node that is stopped before gets none. So a message is
 * acknowledged right before it is handed on. If Node-RED has stopped its flows meanwhile, a kept session brings it again; if
 * a deploy has stopped the next nodes, it is delivered again when the flows run.
 */
export class ReceiptAcknowledgement implements Acknowledging {
  readonly #to: AcknowledgingNode;
  /** The number of messages on their way. */
  #sent = 0;
  #onTheWay: OnTheWay = { missed: undefined };
  #settlement = ACKNOWLEDGED;
  /** While a deploy is under way. */
  #next: NextNodes | undefined;
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
        if (this.#sent > 0) this.#onTheWay.missed = this.#next?.sending();
        this.#onTheWay = { missed: undefined };
      }),
      // Before the connection delivers what has waited for the end of the deploy, which is newer.
      onDeploy(RED, 'before flows:started', () => this.#started()),
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
    if (removed || !isReplacing(RED)) left.settleAll(this.#settlement);
    // Even without any: a message may still be prepared, and then turn out to be missed.
    else leftDeliveries.leave(RED, node, left, left.abandon);
    unsubscribe();
  }

  #prepare(delivery: Delivery, handed: HandedDelivery | undefined): void {
    const prepared = this.#to.prepare(delivery);
    if (prepared instanceof Promise) void prepared.then((later) => this.#give(later, handed));
    else this.#give(prepared, handed);
  }

  #give(prepared: PreparedMessage, handed: HandedDelivery | undefined): void {
    if (prepared.dropped) return handed?.release(this.#settlement);
    // Before the message, so that this is called right before the next node has it, and not after what that node does.
    if (handed) {
      this.#sent++;
      const way = this.#next ? { missed: this.#next.sending() } : this.#onTheWay;
      setImmediate(this.#reach, handed, way, prepared.output);
    }
    send(this.#to, prepared);
  }

  /** The next nodes get the message now, if they are still there. */
  readonly #reach = (handed: HandedDelivery, { missed }: OnTheWay, output: number | undefined): void => {
    this.#sent--;
    if (!missed?.(output)) handed.release(this.#settlement);
    else if (this.#left) this.#left.add([handed]);
    else if (this.#next) this.#again.push(handed);
    else this.#deliverAgain([handed]);
  };

  /** All nodes of the deploy exist. */
  #started(): void {
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
