// A device: an MQTT client outside Node-RED.

import { connectAsync, type MqttClient } from 'mqtt';
import { Inbox } from '../flows/inbox';

export class Device {
  readonly received = new Inbox<{ topic: string; payload: string }>('messages at the device');
  readonly #client: MqttClient;
  #lost = false;

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on('close', () => {
      this.#lost = true;
    });
    client.on('message', (topic, payload) => this.received.push({ topic, payload: payload.toString() }));
  }

  /** Connects to a port of the loopback address. Rejects when it is refused. Never reconnects. */
  static async connect(port: number, username?: string, password?: string): Promise<Device> {
    const credentials = { ...(username ? { username } : {}), ...(password ? { password } : {}) };
    const client = await connectAsync({ host: '127.0.0.1', port, reconnectPeriod: 0, ...credentials });
    return new Device(client);
  }

  /** Whether the connection has ended. */
  get lost(): boolean {
    return this.#lost;
  }

  async subscribe(filter: string): Promise<void> {
    await this.#client.subscribeAsync(filter, { qos: 1 });
  }

  async publish(topic: string, payload: string): Promise<void> {
    await this.#client.publishAsync(topic, payload, { qos: 1 });
  }

  async end(): Promise<void> {
    await this.#client.endAsync(true);
  }
}
