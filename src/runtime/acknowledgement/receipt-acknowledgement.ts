// Acknowledges each message once the next nodes have it.

import type { Delivery } from '../../connection/acknowledgement/delivery-window';
import type { ReleaseReceipt, SharedReceipt } from '../../connection/acknowledgement/shared-receipt';
import type { Subscriber } from '../../connection/subscriptions/subscriptions';
import type { Acknowledgement } from '../../core/publications/acknowledgement';
import { isReplacing } from '../deploy/deploy-events';
import { type Acknowledging, type AcknowledgingNode, type PreparedMessage, send } from './acknowledgement';
import { leftWindows } from './left-window';

/**
 * Node-RED hands messages to the next nodes by setImmediate(), and a node that is stopped before gets none. So what was sent
 * in this turn is acknowledged at the end of it, unless Node-RED has stopped its flows meanwhile: a kept session brings it
 * again then.
 */
export class ReceiptAcknowledgement implements Acknowledging {
  readonly #to: AcknowledgingNode;
  /** Of the messages of this turn. */
  #releases: ReleaseReceipt[] = [];
  #settlement: Acknowledgement = { kind: 'acknowledged' };

  constructor(to: AcknowledgingNode) {
    this.#to = to;
    // The previous instance may have had another setting, and left a window.
    const before = leftWindows.take(to.node);
    before?.window.discard({ kind: 'abandoned' });
    before?.end();
  }

  readonly window = {
    take: (delivery: Delivery, receipt: SharedReceipt | undefined): void => {
      const prepared = this.#to.prepare(delivery);
      const release = receipt?.hold();
      if (prepared instanceof Promise) void prepared.then((later) => this.#give(later, release));
      else this.#give(prepared, release);
    },
  };

  /** All deliveries come through the window. */
  readonly deliver: Subscriber['deliver'] = () => {};

  leave(_removed: boolean, unsubscribe: () => void): void {
    // A deploy starts other nodes on the same connection, on which the server sends nothing again.
    if (!isReplacing(this.#to.RED)) this.#settlement = { kind: 'abandoned' };
    unsubscribe();
  }

  #give(prepared: PreparedMessage, release: ReleaseReceipt | undefined): void {
    try {
      send(this.#to, prepared);
    } finally {
      if (release) this.#releaseLater(release);
    }
  }

  #releaseLater(release: ReleaseReceipt): void {
    if (this.#releases.push(release) > 1) return;
    // After the message, which send() has given to setImmediate() before.
    setImmediate(() => {
      const releases = this.#releases;
      this.#releases = [];
      for (const each of releases) each(this.#settlement);
    });
  }
}
