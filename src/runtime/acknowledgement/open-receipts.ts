// Messages that wait for an acknowledge node, by the id that each of them carries.

import type { SettleDelivery, Taken } from '../../connection/acknowledgement/delivery-window';
import type { Acknowledgement } from '../../core/publications/acknowledgement';

/** For the whole process, since an acknowledge node may be in any flow. */
const open = new Map<string, SettleDelivery>();

/** Lets an acknowledge node settle the message `id`. Returns a function that ends this. */
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
