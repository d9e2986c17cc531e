// The server of the fuzzer, on one stream in memory. It follows the protocol until it is told to hold back answers.

import { type Duplex, duplexPair } from 'node:stream';
import { generate, type IConnackPacket, type Packet, parser } from 'mqtt-packet';
import type { Pending } from './packet-mutations';

export const PROBE_TOPIC = 'probe';

/** The events of a fuzz server. */
export interface FuzzServerEvents {
  /** CONNECT has arrived, and must be answered. */
  connect(server: FuzzServer): void;
  /** The client has sent something that is not MQTT. */
  malformed(error: Error): void;
  gone(): void;
}

export class FuzzServer {
  /** The client's end. */
  readonly stream: Duplex;
  readonly #own: Duplex;
  readonly #protocolVersion: 4 | 5;
  readonly #events: FuzzServerEvents;
  #held: Packet[] | undefined;
  #probes = 0;

  constructor(protocolVersion: 4 | 5, events: FuzzServerEvents) {
    this.#protocolVersion = protocolVersion;
    this.#events = events;
    const [client, server] = duplexPair();
    this.stream = client;
    this.#own = server;
    client.on('close', () => {
      server.destroy();
      events.gone();
    });
    this.#listen();
  }

  get open(): boolean {
    return !this.stream.destroyed;
  }

  /** The packets whose answers are held back since hold(). */
  get pending(): Pending {
    const ids = (cmd: Packet['cmd']): number[] =>
      (this.#held ?? []).flatMap((packet) => (packet.cmd === cmd ? (packet.messageId ?? []) : []));
    return { publications: ids('publish'), subscriptions: ids('subscribe') };
  }

  accept(): void {
    const connack: IConnackPacket = { cmd: 'connack', sessionPresent: false, reasonCode: 0, returnCode: 0 };
    this.#send(connack);
  }

  /** Holds back all answers from now on. */
  hold(): void {
    this.#held ??= [];
  }

  /** Sends all held answers, and answers from now on. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const packet of held) this.#answer(packet);
  }

  /** Writes asynchronously, like a network, so that exceptions of the client are not caught here. */
  write(bytes: Buffer): void {
    setImmediate(() => {
      if (this.open) this.#own.write(bytes);
    });
  }

  /** Sends a valid publication, which must arrive. Returns its payload. */
  probe(): string {
    const payload = `probe ${++this.#probes}`;
    this.#send({ cmd: 'publish', topic: PROBE_TOPIC, payload, qos: 0, dup: false, retain: false });
    return payload;
  }

  hangUp(): void {
    this.stream.destroy();
  }

  #listen(): void {
    const packets = parser({ protocolVersion: this.#protocolVersion });
    packets.on('packet', (packet) => this.#answer(packet));
    packets.on('error', (error) => {
      this.#events.malformed(error);
      this.hangUp();
    });
    this.#own.on('data', (data: Buffer) => packets.parse(data));
    this.#own.on('error', () => {});
  }

  #send(packet: Packet): void {
    this.write(generate(packet, { protocolVersion: this.#protocolVersion }));
  }

  #answer(packet: Packet): void {
    if (packet.cmd === 'connect') return this.#events.connect(this);
    if (this.#held) {
      this.#held.push(packet);
      return;
    }
    const messageId = packet.messageId ?? 0;
    if (packet.cmd === 'subscribe') {
      this.#send({ cmd: 'suback', messageId, granted: packet.subscriptions.map(({ qos }) => qos) });
    } else if (packet.cmd === 'unsubscribe') {
      this.#send({ cmd: 'unsuback', messageId, granted: packet.unsubscriptions.map(() => 0) });
    } else if (packet.cmd === 'publish' && packet.qos > 0) {
      this.#send({ cmd: packet.qos === 1 ? 'puback' : 'pubrec', messageId });
    } else if (packet.cmd === 'pubrel') this.#send({ cmd: 'pubcomp', messageId });
    else if (packet.cmd === 'pubrec') this.#send({ cmd: 'pubrel', messageId });
    else if (packet.cmd === 'pingreq') this.#send({ cmd: 'pingresp' });
    else if (packet.cmd === 'disconnect') this.hangUp();
  }
}
