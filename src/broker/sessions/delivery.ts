// One publication with QoS 1 or 2 for one session, from the queue to the last acknowledgement of the client.

import type { Copy } from '../publications/copy';

export interface Delivery {
  readonly copy: Copy;
  /** The shared subscription that it comes by, as in its filter; empty for none. */
  readonly share: string;
  /** Its position in the stored queue; 0 when it is not stored. */
  readonly sequence: number;
  /** It was written there. */
  kept: boolean;
  /** 0: none yet */
  packetIdentifier: number;
  /** QoS 2: the client has received it, and PUBREL must be sent. */
  released: boolean;
  /** It counts towards the client's receive maximum on the current connection. */
  counted: boolean;
}

/** Another member may get it. At QoS 2 only if it has not been sent (MQTT 5, section 4.8.2). */
export function mayGoToAnother({ share, copy, packetIdentifier }: Delivery): boolean {
  return share !== '' && (copy.qos === 1 || packetIdentifier === 0);
}

/** One that nothing has been done for yet. */
export function newDelivery(copy: Copy, share: string, sequence: number): Delivery {
  return { copy, share, sequence, kept: false, packetIdentifier: 0, released: false, counted: false };
}
