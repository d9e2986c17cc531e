// The window that a subscribe node leaves to its next instance when a deploy restarts it. Its deliveries go to the next
// instance.

import type { DeliveryWindow } from '../../connection/acknowledgement/delivery-window';
import type { Connection } from '../../connection/connection';
import { Handover } from '../deploy/handover';

export interface LeftWindow {
  readonly window: DeliveryWindow;
  readonly connection: Connection;
  /** Removes the subscriber that has collected deliveries for the window meanwhile. */
  end(): void;
}

/** The windows left in this process, by node. */
export const leftWindows = new Handover<LeftWindow>();
