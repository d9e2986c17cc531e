// A subscriber that records numbered messages: which arrived, which arrived twice, and whether in order.

import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';

export class NumberedReceiver {
  readonly #client: MqttClient;
  readonly #seen = new Set<number>();
  #copies = 0;
  #disordered = 0;
  #highest = -1;

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on('message', (_topic, payload) => this.#note(Number.parseInt(payload.toString(), 10)));
  }

  /** Subscribes to `filter` with QoS 2 at the server on `port`, without a proxy. */
  static async start(port: number, filter: string): Promise<NumberedReceiver> {
    const client = await connectAsync({ host: '127.0.0.1', port, protocolVersion: 5, reconnectPeriod: 0 });
    const receiver = new NumberedReceiver(client);
    await client.subscribeAsync(filter, { qos: 2 });
    return receiver;
  }

  /** The number of different messages. */
  get received(): number {
    return this.#seen.size;
  }

  /** The number of repeated messages. */
  get copies(): number {
    return this.#copies;
  }

  /** The number of messages that first arrived after a higher one. */
  get disordered(): number {
    return this.#disordered;
  }

  has(number: number): boolean {
    return this.#seen.has(number);
  }

  /** Resolves when `count` different numbers have arrived. */
  async complete(count: number): Promise<void> {
    while (this.received < count) await delay(10);
  }

  async end(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #note(number: number): void {
    if (this.#seen.has(number)) {
      this.#copies++;
      return;
    }
    this.#seen.add(number);
    if (number < this.#highest) this.#disordered++;
    this.#highest = Math.max(this.#highest, number);
  }
}
