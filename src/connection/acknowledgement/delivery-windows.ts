// The windows of all subscribers of one connection: each is told when the connection is lost, and when one stands again.

import type { Clock } from '../clock';
import type { ConnectionState } from '../connection-state';
import { DeliveryWindow } from './delivery-window';
import { FailedDeliveries } from './failed-deliveries';

export class DeliveryWindows {
  readonly #clock: Clock;
  readonly #failed = new FailedDeliveries();
  readonly #windows = new Set<DeliveryWindow>();
  /** The server that is connected. */
  #server: string | undefined;
  /** The server whose connection was lost. */
  #lost: string | undefined;
  #refusable = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new window, which follows the connection until it is discarded. */
  open(): DeliveryWindow {
    const window = new DeliveryWindow(this.#clock, this.#failed, () => this.#windows.delete(window));
    window.refusable = this.#refusable;
    this.#windows.add(window);
    return window;
  }

  /** The connection has entered `state`. */
  follow(state: ConnectionState): void {
    if (state.kind === 'connected') {
      const { protocolVersion, sessionPresent, window: places } = state.info;
      this.#failed.restart(places);
      this.#refusable = protocolVersion === 5;
      for (const window of this.#windows) {
        window.refusable = this.#refusable;
        if (sessionPresent && state.server === this.#lost) window.resumeSession();
        else window.endSession();
      }
      this.#server = state.server;
      this.#lost = undefined;
    } else if (this.#server !== undefined) {
      this.#lost = this.#server;
      this.#server = undefined;
      for (const window of this.#windows) window.lose();
    }
  }
}
