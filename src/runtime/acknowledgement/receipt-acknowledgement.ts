// Acknowledges each message as it is handed over.

import type { Subscriber } from '../../connection/subscriptions/subscriptions';
import { type Acknowledging, type AcknowledgingNode, send } from './acknowledgement';
import { leftWindows } from './left-window';

export class ReceiptAcknowledgement implements Acknowledging {
  readonly window = undefined;
  readonly #to: AcknowledgingNode;

  constructor(to: AcknowledgingNode) {
    this.#to = to;
    // The previous instance may have had another setting, and left a window.
    const before = leftWindows.take(to.node);
    before?.window.discard({ kind: 'abandoned' });
    before?.end();
  }

  readonly deliver: Subscriber['deliver'] = (publication, filter, qos) => {
    send(this.#to, this.#to.prepare({ publication, filter, qos }));
  };

  leave(_removed: boolean, unsubscribe: () => void): void {
    unsubscribe();
  }
}
