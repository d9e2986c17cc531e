// A server that publishes to one client with QoS 1 and 2, and records the order of the acknowledgements.

import assert from 'node:assert/strict';
import type { Packet } from 'mqtt-packet';
import { type Script, type ScriptedClient, ScriptedServer } from './scripted-server';

export class AcknowledgingServer {
  readonly #server: ScriptedServer;

  private constructor(server: ScriptedServer) {
    this.#server = server;
  }

  static async start(): Promise<AcknowledgingServer> {
    return new AcknowledgingServer(await ScriptedServer.start());
  }

  get port(): number {
    return this.#server.port;
  }

  set script(script: Script) {
    this.#server.script = script;
  }

  /** The connection of the client, once it has subscribed. */
  async client(): Promise<ScriptedClient> {
    await this.#server.packet('subscribe');
    const latest = this.#server.clients.all.at(-1);
    assert.ok(latest);
    return latest;
  }

  /** Publishes to `t/<identifier>`. */
  async send(messageId: number, qos: 0 | 1 | 2 = 1, payload = '1', dup = false): Promise<void> {
    const packet = { cmd: 'publish', topic: `t/${messageId}`, payload, qos, retain: false, dup } as const;
    (await this.client()).send({ ...packet, ...(qos > 0 ? { messageId } : {}) });
  }

  /** Resolves when `count` are acknowledged, with their identifiers, and reason codes if there are any. */
  async acknowledged(count: number): Promise<string[]> {
    await this.#server.received.find(`${count} acknowledgements`, () => this.answers.length >= count);
    return this.answers;
  }

  /** What is acknowledged so far. */
  get answers(): string[] {
    return this.#server.received.all.filter(isAcknowledgement).map((packet) => {
      const code = 'reasonCode' in packet && packet.reasonCode ? ` ${packet.reasonCode}` : '';
      return `${packet.messageId}${code}`;
    });
  }

  /** Resolves when the next ping has arrived. Everything sent before it was handled by then. */
  async pinged(): Promise<void> {
    const before = this.#server.count('pingreq');
    await this.#server.received.find('another ping', () => this.#server.count('pingreq') > before);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }
}

function isAcknowledgement({ cmd }: Packet): boolean {
  return cmd === 'puback' || cmd === 'pubrec';
}
