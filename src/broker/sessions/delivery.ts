// One publication at QoS 1 or 2 on its way to one session, from the queue until the client has answered for it.

import type { Copy } from '../publications/copy';

export interface Delivery {
  readonly copy: Copy;
  /** Its place in the queue of the store; 0 where it is not kept there. */
  readonly sequence: number;
  /** How often it has been set there. */
  timesKept: number;
  /** 0 while it has none. */
  packetIdentifier: number;
  /** QoS 2: the client has it, and PUBREL is what is left. */
  released: boolean;
  /** It takes one of the places that the client's receive maximum allows, on the connection of now. */
  counted: boolean;
}

/** One that nothing has been done for yet. */
export function newDelivery(copy: Copy, sequence: number): Delivery {
  return { copy, sequence, timesKept: 0, packetIdentifier: 0, released: false, counted: false };
}
