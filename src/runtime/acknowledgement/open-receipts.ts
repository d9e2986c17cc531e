// The messages that wait for an acknowledge node, by the receipt that each carries.

import type { SettleDelivery, Taken } from '../../connection/acknowledgement/delivery-window';
import type { Acknowledgement } from '../../core/publications/acknowledgement';

/** One list for the process, since an acknowledge node may be in any flow. */
const open = new Map<string, SettleDelivery>();

/** Lets an acknowledge node settle the message `id`, until the returned function is called. */
export function awaitReceipt(id: string, settle: SettleDelivery): () => void {
  open.set(id, settle);
  return () => {
    if (open.get(id) === settle) open.delete(id);
  };
}

/** Settles the message `id`. */
export function settleReceipt(id: string, settlement: Acknowledgement): Taken {
  const settle = open.get(id);
  open.delete(id);
  return settle ? settle(settlement) : 'unknown';
}
