// What the nodes of one connection have failed with and left unacknowledged. Each holds a place in the server's window
// until the connection ends; when all places are held so, the server has to be silent at QoS 1 and 2.

/**
 * Publications. Of the windows that servers have unless they are set otherwise, RabbitMQ's is the smallest; mosquitto's is
 * 20. None says how many it has.
 */
const SMALLEST_WINDOW = 10;

export class FailedDeliveries {
  #count = 0;
  #limit = SMALLEST_WINDOW;
  #told = false;

  /** There is a new connection, on which the server may leave `window` publications unacknowledged at the most. */
  restart(window: number): void {
    this.#count = 0;
    this.#limit = Math.min(window, SMALLEST_WINDOW);
    this.#told = false;
  }

  add(): void {
    this.#count++;
  }

  /** The server has sent one more: it had room. */
  arrived(): void {
    if (this.full) this.#limit = this.#count + 1;
  }

  get count(): number {
    return this.#count;
  }

  /** They may fill the window of the server: nothing has come since they became so many. */
  get full(): boolean {
    return this.#count >= this.#limit;
  }

  /** Whether people have to be told that it is full: true once on each connection. */
  alarm(): boolean {
    if (this.#told || !this.full) return false;
    this.#told = true;
    return true;
  }
}
