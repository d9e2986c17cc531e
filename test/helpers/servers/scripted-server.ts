// A small MQTT server that a test scripts, for behaviour that no real broker shows on demand.

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import {
  generate,
  type IConnectPacket,
  type IPublishPacket,
  type ISubscribePacket,
  type IUnsubscribePacket,
  type Packet,
  parser,
} from 'mqtt-packet';
import { Inbox } from '../flows/inbox';
import { freePort } from './free-port';

/** The action instead of the regular answer; `silent`: no answer. */
export interface Script {
  connect?(client: ScriptedClient, packet: IConnectPacket): void;
  subscribe?(client: ScriptedClient, packet: ISubscribePacket): void;
  unsubscribe?(client: ScriptedClient, packet: IUnsubscribePacket): void;
  publish?(client: ScriptedClient, packet: IPublishPacket): void;
  pubrel?(client: ScriptedClient, packet: Packet): void;
  pingreq?(client: ScriptedClient, packet: Packet): void;
}

export const silent = (): void => {};

/** One connection on the server's side. */
export class ScriptedClient {
  readonly socket: Socket;
  /** From CONNECT. It decides the format of packets. */
  protocolVersion: 3 | 4 | 5 = 4;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  send(packet: Packet): void {
    this.socket.write(generate(packet, { protocolVersion: this.protocolVersion }));
  }

  /** Answers CONNECT: with a reason code of MQTT 5, or a return code of MQTT 3.1.1. */
  connack(code: number): void {
    if (this.protocolVersion === 5) this.send({ cmd: 'connack', sessionPresent: false, reasonCode: code });
    else this.send({ cmd: 'connack', sessionPresent: false, returnCode: code });
  }

  /** Resolves when the connection is closed. */
  gone(): Promise<void> {
    // Not events.once(), which rejects when the connection ends with an error.
    return new Promise((resolve) => {
      if (this.socket.closed) resolve();
      else this.socket.once('close', () => resolve());
    });
  }
}

export class ScriptedServer {
  readonly port: number;
  /** Every packet from every client. */
  readonly received = new Inbox<Packet>('packets at the scripted server');
  readonly clients = new Inbox<ScriptedClient>('connections to the scripted server');
  readonly #server: Server;
  #script: Script;

  private constructor(port: number, script: Script) {
    this.port = port;
    this.#script = script;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(script: Script = {}): Promise<ScriptedServer> {
    const server = new ScriptedServer(await freePort(), script);
    server.#server.listen(server.port, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  /** Changes its behaviour from now on. */
  set script(script: Script) {
    this.#script = script;
  }

  /** Connections that are open at the moment. */
  get openCount(): number {
    return this.clients.all.filter(({ socket }) => !socket.closed).length;
  }

  /** The number of received packets of this kind. */
  count(cmd: Packet['cmd']): number {
    return this.received.all.filter((packet) => packet.cmd === cmd).length;
  }

  /** The first received packet of this kind. */
  packet<C extends Packet['cmd']>(cmd: C): Promise<Extract<Packet, { cmd: C }>> {
    const found = this.received.find(cmd, (packet) => packet.cmd === cmd);
    // The condition above guarantees the type.
    return found as Promise<Extract<Packet, { cmd: C }>>;
  }

  async stop(): Promise<void> {
    for (const { socket } of this.clients.all) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    const client = new ScriptedClient(socket);
    const settings: { protocolVersion?: number } = {};
    const packets = parser(settings);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (data) => packets.parse(data));
    packets.on('error', () => socket.destroy());
    packets.on('packet', (packet) => {
      if (packet.cmd === 'connect') {
        client.protocolVersion = packet.protocolVersion ?? 4;
        settings.protocolVersion = client.protocolVersion;
      }
      this.received.push(packet);
      this.#answer(client, packet);
    });
    this.clients.push(client);
  }

  #answer(client: ScriptedClient, packet: Packet): void {
    const script = this.#script;
    switch (packet.cmd) {
      case 'connect':
        return script.connect ? script.connect(client, packet) : client.connack(0);
      case 'subscribe':
        return script.subscribe ? script.subscribe(client, packet) : grant(client, packet);
      case 'publish':
        return script.publish ? script.publish(client, packet) : acknowledge(client, packet);
      case 'unsubscribe':
        return script.unsubscribe ? script.unsubscribe(client, packet) : forget(client, packet);
      case 'pubrel':
        return script.pubrel ? script.pubrel(client, packet) : client.send({ cmd: 'pubcomp', ...id(packet) });
      case 'pingreq':
        return script.pingreq ? script.pingreq(client, packet) : client.send({ cmd: 'pingresp' });
      case 'disconnect':
        client.socket.end();
    }
  }
}

function grant(client: ScriptedClient, packet: ISubscribePacket): void {
  client.send({ cmd: 'suback', granted: packet.subscriptions.map(({ qos }) => qos), ...id(packet) });
}

function forget(client: ScriptedClient, packet: IUnsubscribePacket): void {
  client.send({ cmd: 'unsuback', granted: packet.unsubscriptions.map(() => 0), ...id(packet) });
}

function acknowledge(client: ScriptedClient, packet: IPublishPacket): void {
  if (packet.qos === 1) client.send({ cmd: 'puback', ...id(packet) });
  if (packet.qos === 2) client.send({ cmd: 'pubrec', ...id(packet) });
}

function id({ messageId }: Packet): { messageId: number } {
  return { messageId: messageId ?? 0 };
}
