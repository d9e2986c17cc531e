// A broker inside Node-RED: aedes, connected to our client by a stream in memory, and to devices by an optional TCP
// port. It supports MQTT 3.1 and 3.1.1, as aedes does.

import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import * as stream from 'node:stream';
import type { Aedes, Client } from 'aedes' with { 'resolution-mode': 'import' };
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { isLoopback } from '../../core/servers/loopback';
import type { OpenStream } from '../transport';
import { TopicEmitter } from './topic-emitter';

/** Where devices reach an embedded broker, and their credentials. */
export interface ListenOptions {
  readonly port: number;
  readonly bindAddress: string;
  readonly username: string;
  readonly password: string;
  /** Whether clients without credentials may connect from other machines. */
  readonly allowAnonymous: boolean;
}

/** The time in ms in which a device must send CONNECT. */
const CONNECT_TIME = 10_000;
/**
 * The bytes that a device may send until then: more than a CONNECT with a large will, and too few to fill the memory.
 */
const MAX_CONNECT_BYTES = 256 * 1024;
/** The time in ms for which a device may read nothing while others wait for it. Then it is disconnected. */
const DRAIN_TIME = 2000;
/** The most devices at a time. */
const MAX_DEVICES = 1000;

export class EmbeddedBroker {
  readonly #aedes: Promise<Aedes>;
  /** Streams that this process opened. Their clients need no credentials. */
  readonly #own = new WeakSet<object>();
  readonly #ownIdentifiers = new Set<string>();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #listening: ListenOptions | undefined;
  #changing: Promise<void> = Promise.resolve();

  constructor() {
    this.#aedes = this.#start();
    // open() reports a failure. If nobody calls it, the rejection must not end the process.
    this.#aedes.catch(() => {});
  }

  /** The number of TCP connections of devices. */
  get deviceCount(): number {
    return this.#sockets.size;
  }

  /** The port in use, even if the operating system chose it; undefined while not listening. */
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
    // Destroying one half of a pair does not destroy the other, and the broker must notice that its client is gone.
    ours.once('close', () => theirs.destroy());
    theirs.once('close', () => ours.destroy());
    return ours;
  };

  /**
   * Listens for devices, or closes the port when `options` is undefined. Connected devices stay if nothing has changed.
   * Rejects with MqttFlowsError; the in-process side keeps working.
   */
  listen(options: ListenOptions | undefined): Promise<void> {
    // One at a time: two would compete for the port.
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
    // aedes is an ES module, and its 50 modules are not needed by a flow without an embedded broker.
    const { Aedes } = await import('aedes');
    const aedes = await Aedes.createBroker({
      mq: new TopicEmitter(),
      // MQTT 3.1.1 lets servers accept more than the 23 characters of MQTT 3.1 (section 3.1.3.1).
      maxClientsIdLength: 65_535,
      connectTimeout: CONNECT_TIME,
      drainTimeout: DRAIN_TIME,
      authenticate: (client, username, password, done) => done(null, this.#authenticate(client, username, password)),
      // aedes has no shared subscriptions: it would grant them as filters that never match.
      authorizeSubscribe: (_client, subscription, done) =>
        done(null, subscription.topic.startsWith('$share/') ? null : subscription),
    });
    // A failure of one client does not concern the broker.
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
    // A device with the identifier of a client in this process would take over its session.
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

/** Compares hashes, so that the time taken reveals neither length nor content. */
function sameSecret(given: string | Buffer, expected: string): boolean {
  const hash = (value: string | Buffer): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
