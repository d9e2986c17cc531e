// The broker inside Node-RED: connected to our client by a stream in memory, and to devices by an optional TCP port.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import * as stream from 'node:stream';
import { Broker } from '../../broker/broker';
import type { BrokerOptions } from '../../broker/broker-options';
import type { Access, ConnectAttempt, Verdict } from '../../broker/clients/access';
import { type BrokerListener, silentListener, tooManyConnections } from '../../broker/clients/broker-listener';
import { type BrokerSettings, defaultSettings } from '../../broker/clients/broker-settings';
import type { ClientReport } from '../../broker/clients/client-report';
import type { BrokerStore } from '../../broker/store/broker-store';
import { Reason } from '../../broker/wire/reason';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { isLoopback } from '../../core/servers/loopback';
import { evenTime } from '../even-time';
import type { OpenStream } from '../transport';
import { DevicePort } from './device-port';
import { OwnIdentifiers } from './own-identifiers';

/** Where devices reach an embedded broker, and their credentials. */
export interface ListenOptions {
  readonly port: number;
  readonly bindAddress: string;
  readonly username: string;
  readonly password: string;
  /** Whether clients without credentials may connect from other machines. */
  readonly allowAnonymous: boolean;
}

export interface EmbeddedOptions {
  /** Where retained messages and sessions are kept; left out, in memory. */
  readonly store?: BrokerStore;
  readonly listener?: BrokerListener;
  readonly settings?: Partial<BrokerSettings>;
  /** Nothing is opened before this resolves. */
  readonly after?: Promise<void>;
}

/** How many clients of this process may be connected beside the devices. */
const OWN_CLIENTS = 100;

export class EmbeddedBroker {
  readonly #settings: BrokerSettings;
  readonly #broker: Promise<Broker>;
  readonly #listener: BrokerListener;
  /** Identifiers of clients in this process that are connected or remembered. */
  readonly #own = new OwnIdentifiers();
  #port: DevicePort | undefined;
  #listening: ListenOptions | undefined;
  #changing: Promise<void> = Promise.resolve();

  constructor({ store, listener = silentListener, settings, after }: EmbeddedOptions = {}) {
    this.#listener = listener;
    this.#settings = { ...defaultSettings, ...settings };
    const { maximumConnections } = this.#settings;
    const access: Access = {
      authenticate: (attempt) => this.#authenticate(attempt),
      mayPublish: () => true,
      reading: () => 'all',
      mayReceive: () => true,
    };
    const options: BrokerOptions = {
      settings: { ...this.#settings, maximumConnections: maximumConnections + OWN_CLIENTS },
      access,
      listener,
      store,
      clock,
      defer: (task) => void setImmediate(task),
      randomName: () => randomBytes(12).toString('hex'),
      heap: () => process.memoryUsage().heapUsed,
    };
    this.#broker = after ? after.then(() => Broker.open(options)) : Broker.open(options);
  }

  /** The number of TCP connections of devices. */
  get deviceCount(): number {
    return this.#port?.connectionCount ?? 0;
  }

  /** The port in use, even if the operating system chose it; undefined while not listening. */
  get port(): number | undefined {
    return this.#port?.port;
  }

  /** All clients, connected or remembered. */
  async clients(): Promise<ClientReport[]> {
    return (await this.#broker).clients();
  }

  /** Ends the connection of a client; false when it has none. */
  async disconnect(clientId: string): Promise<boolean> {
    return (await this.#broker).disconnect(clientId);
  }

  /** Ends the session of a client, and its connection with it; false when there is none. */
  async forget(clientId: string): Promise<boolean> {
    return (await this.#broker).forget(clientId);
  }

  /** Opens the stream in memory. */
  readonly open: OpenStream = async (report) => {
    report('tcp');
    if (typeof stream.duplexPair !== 'function') {
      throw new MqttFlowsError('embedded-needs-newer-node', { stage: 'listen', params: { version: process.version } });
    }
    const broker = await this.#broker;
    const [ours, theirs] = stream.duplexPair();
    const origin = { local: true, address: '' };
    broker.accept(theirs, origin);
    // Destroying one half of a pair does not destroy the other, and the broker must notice that its client is gone.
    ours.once('close', () => theirs.destroy());
    // The broker, which heard of the stream first, has ended the client by then.
    theirs.once('close', () => setImmediate(() => this.#own.left(origin, broker.clients())));
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
    if (options && this.#port && sameListening(options, this.#listening)) return;
    const before = this.#port;
    this.#port = undefined;
    this.#listening = undefined;
    await before?.close();
    if (!options) return;
    const { port, bindAddress } = options;
    if (!isLoopback(bindAddress) && (options.username === '' || options.password === '') && !options.allowAnonymous) {
      throw new MqttFlowsError('embedded-needs-credentials', { stage: 'listen', params: { address: bindAddress } });
    }
    const broker = await this.#broker;
    this.#listening = options;
    this.#port = await DevicePort.open({
      port,
      bindAddress,
      maximumConnections: this.#settings.maximumConnections,
      admit: (socket) => broker.accept(socket, { local: false, address: socket.remoteAddress ?? '' }),
      dropped: (address) => this.#listener.refused(tooManyConnections({ local: false, address })),
    });
  }

  /** Resolves when what is to be remembered so far is in the store, or cannot be. */
  async flush(): Promise<void> {
    await (await this.#broker).flush();
  }

  /** Closes the port and every client, devices included. Resolves when what is remembered is in the store. */
  async close(): Promise<void> {
    await this.listen(undefined);
    await (await this.#broker).close();
  }

  #authenticate({ clientId, username, password, origin }: ConnectAttempt): Verdict {
    if (origin.local) {
      this.#own.joined(origin, clientId);
      return { ok: true, user: '' };
    }
    const expected = this.#listening;
    if (!expected) return REFUSED;
    // A device with the identifier of a client in this process would take over its session.
    if (this.#own.has(clientId)) return REFUSED;
    if (expected.username === '') return { ok: true, user: username ?? '' };
    const nameFits = sameSecret(username ?? '', expected.username);
    const passwordFits = sameSecret(password ?? '', expected.password);
    return nameFits && passwordFits ? { ok: true, user: expected.username } : REFUSED;
  }
}

const REFUSED: Verdict = { ok: false, reasonCode: Reason.notAuthorized };

const BEGIN = Date.now() - evenTime.now();

/** Begins with the time of day and runs evenly: whoever sets the clock of the machine ends no session. */
const clock = {
  now: () => BEGIN + evenTime.now(),
  // What has to happen later is no reason for the process to live on.
  after: (delay: number, task: () => void) => void setTimeout(task, delay).unref(),
  every(interval: number, task: () => void) {
    const timer = setInterval(task, interval).unref();
    return () => clearInterval(timer);
  },
};

function sameListening(a: ListenOptions, b: ListenOptions | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Compares hashes, so that the time taken reveals neither length nor content. */
function sameSecret(given: string | Buffer, expected: string): boolean {
  const hash = (value: string | Buffer): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
