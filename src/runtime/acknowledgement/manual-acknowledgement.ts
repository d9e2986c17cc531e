// Leaves each message to an acknowledge node, somewhere in the flows.

import type { HandedDelivery, SettleDelivery } from '../../connection/acknowledgement/delivery-window';
import { type AcknowledgingNode, type PreparedMessage, send } from './acknowledgement';
import { LaterAcknowledgement } from './later-acknowledgement';
import { awaitReceipt } from './open-receipts';

const nowhere = (): undefined => undefined;

export class ManualAcknowledgement extends LaterAcknowledgement {
  constructor(to: AcknowledgingNode) {
    super(to);
    this.begin();
  }

  protected override give(prepared: PreparedMessage, settle: SettleDelivery): HandedDelivery {
    const { message } = prepared;
    const id = message._msgid;
    message.receipt = id;
    const forget = awaitReceipt(id, settle);
    send(this.to, prepared);
    return { whereabouts: nowhere, settled: forget };
  }

  /** Whether a message will still be acknowledged by hand is unknown: it is delivered again. */
  protected override left(): void {
    this.window.interrupt();
  }

  protected override ended(): void {}
}
