// Waits for an acknowledge node, anywhere in the flows, to settle each message.

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

  /** Nobody knows whether an acknowledge node will still settle a message, so it is delivered again. */
  protected override left(): void {
    this.window.interrupt();
  }

  protected override ended(): void {}
}
