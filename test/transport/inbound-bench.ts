// A transport on a scripted server that publishes, for tests of how received publications are acknowledged.

import assert from 'node:assert/strict';
import type { Packet } from 'mqtt-packet';
import { mqttjsTransports } from '#src/transport/mqttjs/mqttjs-transport';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import type { ConnectOptions, OpenStream, Transport } from '#src/transport/transport';
import { connectTransport, openTransport, type RecordingListener } from '../helpers/fakes/transport-listener';
import { type Script, type ScriptedClient, ScriptedServer } from '../helpers/servers/scripted-server';

/** Accepts, and says that it has kept the session. */
export const goesOn: Script = {
  connect: (client) => client.send({ cmd: 'connack', sessionPresent: true, reasonCode: 0, returnCode: 0 }),
};

export class InboundBench {
  readonly server: ScriptedServer;
  /** The way to the server. */
  open: OpenStream;
  readonly #transports = mqttjsTransports();
  readonly #opened: Transport[] = [];

  private constructor(server: ScriptedServer) {
    this.server = server;
    this.open = tcpStream('127.0.0.1', server.port);
  }

  static async start(): Promise<InboundBench> {
    return new InboundBench(await ScriptedServer.start());
  }

  /** The transport of the first connection. */
  get transport(): Transport {
    const [first] = this.#opened;
    assert.ok(first);
    return first;
  }

  async stop(): Promise<void> {
    for (const transport of this.#opened) transport.destroy();
    await this.server.stop();
  }

  /** Connects, and holds the receipts. */
  async connect(options: Partial<ConnectOptions> = {}): Promise<[ScriptedClient, RecordingListener]> {
    const { transport, listener } = await connectTransport(
      this.open,
      { cleanStart: false, ...options },
      this.#transports,
    );
    this.#opened.push(transport);
    listener.holds = true;
    return [await this.server.clients.next(), listener];
  }

  /** Starts to connect with MQTT 5. */
  begin(): RecordingListener {
    const { transport, listener } = openTransport(this.open, { protocolVersion: 5 }, this.#transports);
    this.#opened.push(transport);
    return listener;
  }

  /** The server publishes to `t/<messageId>`. */
  send(client: ScriptedClient, qos: 0 | 1 | 2, messageId: number, fields: { dup?: boolean } = {}): void {
    const packet = { cmd: 'publish', topic: `t/${messageId}`, payload: 'x', retain: false, dup: false } as const;
    client.send({ ...packet, qos, ...(qos > 0 ? { messageId } : {}), ...fields });
  }

  /** The packets after CONNECT, such as `puback 1`, with the reason code if there is one. */
  answers(): string[] {
    return this.server.received.all.filter(({ cmd }) => cmd !== 'connect').map(spelled);
  }

  /** Resolves when the server has received this packet. */
  answer(text: string): Promise<Packet> {
    return this.server.received.find(text, (packet) => spelled(packet) === text);
  }

  /** The topics of the first `count` publications; `again` marks duplicates. */
  async topics(listener: RecordingListener, count: number): Promise<string[]> {
    return (await listener.messages.first(count)).map(({ topic, dup }) => (dup ? `${topic} again` : topic));
  }
}

function spelled(packet: Packet): string {
  const code = 'reasonCode' in packet && packet.reasonCode ? ` 0x${packet.reasonCode.toString(16)}` : '';
  return `${packet.cmd}${packet.messageId === undefined ? '' : ` ${packet.messageId}`}${code}`;
}
