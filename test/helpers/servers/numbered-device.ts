// A device with a session that keeps to MQTT to the letter: it notes each numbered message once it is its own, answers, and
// comes back whenever its connection breaks. At QoS 2 it remembers the identifiers that are not released (MQTT 5, section
// 4.3.3).

import { connect, type Socket } from 'node:net';
import { generate, type Packet, parser } from 'mqtt-packet';

export interface NumberedDeviceOptions {
  readonly port: number;
  readonly clientId: string;
  readonly protocolVersion: 4 | 5;
  readonly qos: 1 | 2;
  readonly filter: string;
}

/** ms between two attempts to connect */
const PAUSE = 20;

export class NumberedDevice {
  copies = 0;
  disordered = 0;
  /** Connections after the first one that had no session. */
  sessionsLost = 0;
  readonly #options: NumberedDeviceOptions;
  readonly #seen = new Set<number>();
  /** QoS 2 identifiers that have come and are not released. */
  readonly #unreleased = new Set<number>();
  #highest = -1;
  #socket: Socket | undefined;
  #wanted = false;
  #subscribed = false;
  #whenSubscribed: (() => void)[] = [];

  constructor(options: NumberedDeviceOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#seen.size;
  }

  has(number: number): boolean {
    return this.#seen.has(number);
  }

  /** Connects, and from then on whenever the connection breaks. Resolves when it has its subscription. */
  come(): Promise<void> {
    this.#wanted = true;
    if (!this.#socket) this.#connect();
    if (this.#subscribed) return Promise.resolve();
    return new Promise((resolve) => this.#whenSubscribed.push(resolve));
  }

  /** Ends the connection, and not the session. */
  goAway(): void {
    this.#wanted = false;
    this.#socket?.destroy();
  }

  #connect(): void {
    const { port, clientId, protocolVersion } = this.#options;
    const socket = connect(port, '127.0.0.1');
    this.#socket = socket;
    const reader = parser({ protocolVersion });
    reader.on('packet', (packet) => this.#read(packet, socket));
    socket.on('data', (data) => void reader.parse(data));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#socket = undefined;
      this.#subscribed = false;
      if (this.#wanted) setTimeout(() => this.#wanted && !this.#socket && this.#connect(), PAUSE);
    });
    const properties =
      protocolVersion === 5 ? { properties: { sessionExpiryInterval: 3600, receiveMaximum: 100 } } : {};
    this.#send(socket, {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion,
      clientId,
      clean: false,
      keepalive: 30,
      ...properties,
    });
  }

  #send(socket: Socket, packet: Packet): void {
    socket.write(generate(packet, { protocolVersion: this.#options.protocolVersion }));
  }

  #read(packet: Packet, socket: Socket): void {
    const { filter, qos } = this.#options;
    switch (packet.cmd) {
      case 'connack':
        if (packet.sessionPresent) return this.#ready();
        if (this.#seen.size > 0) this.sessionsLost++;
        this.#unreleased.clear();
        return this.#send(socket, { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: filter, qos }] });
      case 'suback':
        return this.#ready();
      case 'publish':
        return this.#take(packet.qos, packet.messageId ?? 0, packet.payload, socket);
      case 'pubrel':
        this.#unreleased.delete(packet.messageId ?? 0);
        return this.#send(socket, { cmd: 'pubcomp', messageId: packet.messageId ?? 0 });
      default:
    }
  }

  #ready(): void {
    this.#subscribed = true;
    for (const resolve of this.#whenSubscribed.splice(0)) resolve();
  }

  #take(qos: number, messageId: number, payload: string | Buffer, socket: Socket): void {
    if (qos < 2 || !this.#unreleased.has(messageId)) this.#note(Number.parseInt(payload.toString(), 10));
    if (qos === 1) this.#send(socket, { cmd: 'puback', messageId });
    if (qos < 2) return;
    this.#unreleased.add(messageId);
    this.#send(socket, { cmd: 'pubrec', messageId });
  }

  #note(number: number): void {
    if (this.#seen.has(number)) {
      this.copies++;
      return;
    }
    this.#seen.add(number);
    if (number < this.#highest) this.disordered++;
    this.#highest = Math.max(this.#highest, number);
  }
}
