// The window that a subscribe node leaves to its next instance when a deploy restarts it: what it holds is delivered to
// that one.

import type { DeliveryWindow } from '../../connection/acknowledgement/delivery-window';
import type { Connection } from '../../connection/connection';
import { Handover } from '../deploy/handover';

export interface LeftWindow {
  readonly window: DeliveryWindow;
  readonly connection: Connection;
  /** Removes the subscriber that has gone on to collect deliveries for the window. */
  end(): void;
}

/** Of this process, by node. */
export const leftWindows = new Handover<LeftWindow>();
