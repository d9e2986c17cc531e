// A broker inside Node-RED: aedes, joined to the client by a stream in memory, and to devices by a TCP port on demand.
// It speaks MQTT 3.1 and 3.1.1, as aedes does.

import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import * as stream from 'node:stream';
import type { Aedes, Client } from 'aedes' with { 'resolution-mode': 'import' };
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { isLoopback } from '../../core/servers/loopback';
import type { OpenStream } from '../transport';
import { TopicEmitter } from './topic-emitter';

/** Where devices reach an embedded broker, and what they must know. */
export interface ListenOptions {
  readonly port: number;
  readonly bindAddress: string;
  readonly username: string;
  readonly password: string;
  /** The user has ticked that anyone may connect from other machines. */
  readonly allowAnonymous: boolean;
}

/** How long a device may take to say CONNECT, in ms. */
const CONNECT_TIME = 10_000;
/** How much it may say by then, in bytes: more than a CONNECT with a large will, less than fills the memory. */
const MAX_CONNECT_BYTES = 256 * 1024;
/** How long a device may read nothing while the others wait for it, in ms; then it is disconnected. */
const DRAIN_TIME = 2000;
/** Devices at a time. */
const MAX_DEVICES = 1000;

export class EmbeddedBroker {
  readonly #aedes: Promise<Aedes>;
  /** Streams that this process opened: their clients need no credentials. */
  readonly #own = new WeakSet<object>();
  readonly #ownIdentifiers = new Set<string>();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #listening: ListenOptions | undefined;
  #changing: Promise<void> = Promise.resolve();

  constructor() {
    this.#aedes = this.#start();
    // A failure is reported by whoever opens a stream; without one it must not end the process.
    this.#aedes.catch(() => {});
  }

  /** The number of TCP connections of devices. */
  get deviceCount(): number {
    return this.#sockets.size;
  }

  /** The port in use, also when the operating system chose it; undefined while not listening. */
  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === 'object' && address !== null ? address.port : undefined;
  }

  /** Opens the stream in memory. */
  readonly open: OpenStream = async (report) => {
    report('tcp');
    if (typeof stream.duplexPair !== 'function') {
      throw new MqttFlowsError('embedded-needs-newer-node', { stage: 'listen', params: { version: process.version } });
    }
    const aedes = await this.#aedes;
    const [ours, theirs] = stream.duplexPair();
    this.#own.add(theirs);
    aedes.handle(theirs);
    // A pair does not pass on destruction, and a broker whose client is gone must notice it as over TCP.
    ours.once('close', () => theirs.destroy());
    theirs.once('close', () => ours.destroy());
    return ours;
  };

  /**
   * Listens for devices, or closes the port when `options` is undefined. Connected devices stay when nothing changed.
   * Rejects with MqttFlowsError; the in-process side works on all the same.
   */
  listen(options: ListenOptions | undefined): Promise<void> {
    // One after the other: two at once would fight over the port.
    const listening = this.#changing.then(() => this.#listen(options));
    this.#changing = listening.catch(() => {});
    return listening;
  }

  async #listen(options: ListenOptions | undefined): Promise<void> {
    if (options && this.#server && sameListening(options, this.#listening)) return;
    await this.#closePort();
    if (!options) return;
    if (
      !isLoopback(options.bindAddress) &&
      (options.username === '' || options.password === '') &&
      !options.allowAnonymous
    ) {
      throw new MqttFlowsError('embedded-needs-credentials', {
        stage: 'listen',
        params: { address: options.bindAddress },
      });
    }
    const aedes = await this.#aedes;
    this.#listening = options;
    this.#server = await listening(options, (socket) => this.#admit(aedes, socket));
  }

  /** Closes the port and every client, devices included. */
  async close(): Promise<void> {
    await this.listen(undefined);
    const aedes = await this.#aedes;
    await new Promise<void>((resolve) => aedes.close(resolve));
  }

  async #start(): Promise<Aedes> {
    // aedes is an ES module, and 50 modules that a flow without an embedded broker need not load.
    const { Aedes } = await import('aedes');
    const aedes = await Aedes.createBroker({
      mq: new TopicEmitter(),
      // MQTT 3.1.1 lets servers accept more than the 23 characters of MQTT 3.1 (section 3.1.3.1).
      maxClientsIdLength: 65_535,
      connectTimeout: CONNECT_TIME,
      drainTimeout: DRAIN_TIME,
      authenticate: (client, username, password, done) => done(null, this.#authenticate(client, username, password)),
      // aedes has no shared subscriptions: it would grant them as filters that match nothing.
      authorizeSubscribe: (_client, subscription, done) =>
        done(null, subscription.topic.startsWith('$share/') ? null : subscription),
    });
    // Clients fail for reasons of their own; the broker goes on.
    aedes.on('clientError', () => {});
    aedes.on('connectionError', () => {});
    return aedes;
  }

  #authenticate(client: Client, username: string | undefined, password: Buffer | undefined): boolean {
    if (this.#own.has(client.conn)) {
      this.#ownIdentifiers.add(client.id);
      return true;
    }
    const expected = this.#listening;
    if (!expected) return false;
    // Whoever comes with the identifier of a client in this process would throw it out.
    if (this.#ownIdentifiers.has(client.id)) return false;
    if (expected.username === '') return true;
    const nameFits = sameSecret(username ?? '', expected.username);
    const passwordFits = sameSecret(password ?? '', expected.password);
    return nameFits && passwordFits;
  }

  #admit(aedes: Aedes, socket: Socket): void {
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    const client = aedes.handle(socket);
    const guard = (): void => {
      if (client.connected) socket.off('data', guard);
      else if (socket.bytesRead > MAX_CONNECT_BYTES) socket.destroy();
    };
    socket.on('data', guard);
  }

  async #closePort(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#listening = undefined;
    if (!server) return;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

function listening(options: ListenOptions, admit: (socket: Socket) => void): Promise<Server> {
  const { port, bindAddress } = options;
  return new Promise((resolve, reject) => {
    const server = createServer(admit);
    server.maxConnections = MAX_DEVICES;
    const fail = (error: NodeJS.ErrnoException): void => {
      const code = error.code === 'EADDRINUSE' ? 'embedded-port-in-use' : 'embedded-listen-failed';
      const params = { port, address: bindAddress, reason: error.code ?? error.message };
      reject(new MqttFlowsError(code, { stage: 'listen', params }));
    };
    server.once('error', fail);
    server.listen(port, bindAddress, () => {
      server.off('error', fail);
      // Errors of accept(), such as too many open files, concern one device and not the port.
      server.on('error', () => {});
      resolve(server);
    });
  });
}

function sameListening(a: ListenOptions, b: ListenOptions | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Compares hashes, so that neither length nor content shows in the time it takes. */
function sameSecret(given: string | Buffer, expected: string): boolean {
  const hash = (value: string | Buffer): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
