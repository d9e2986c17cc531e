// The failed deliveries of all nodes of one connection. Each holds a place in the server's window until the connection
// ends. When they hold all places, the server cannot send anything at QoS 1 and 2.

/**
 * In publications. Of the default windows of servers, RabbitMQ's is the smallest; mosquitto's is 20. No server
 * announces its window.
 */
const SMALLEST_WINDOW = 10;

export class FailedDeliveries {
  #count = 0;
  #limit = SMALLEST_WINDOW;
  #told = false;

  /** There is a new connection, on which the server may have at most `window` publications unacknowledged. */
  restart(window: number): void {
    this.#count = 0;
    this.#limit = Math.min(window, SMALLEST_WINDOW);
    this.#told = false;
  }

  add(): void {
    this.#count++;
  }

  /** The server has sent another publication, so it had room. */
  arrived(): void {
    if (this.full) this.#limit = this.#count + 1;
  }

  get count(): number {
    return this.#count;
  }

  /** Whether they may fill the server's window: nothing has arrived since they became this many. */
  get full(): boolean {
    return this.#count >= this.#limit;
  }

  /** Whether to report that the window is full: true once on each connection. */
  alarm(): boolean {
    if (this.#told || !this.full) return false;
    this.#told = true;
    return true;
  }
}
