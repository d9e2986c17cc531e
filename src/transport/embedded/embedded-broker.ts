// The broker inside Node-RED: connected to our client by a stream in memory, and to devices by listeners of several kinds.

import { randomBytes } from 'node:crypto';
import { UserAccess } from '../../broker/access/user-access';
import type { UserDirectory } from '../../broker/access/user-directory';
import { Broker } from '../../broker/broker';
import type { BrokerOptions } from '../../broker/broker-options';
import type { Access, ConnectAttempt, Verdict } from '../../broker/clients/access';
import { type BrokerListener, silentListener, tooManyConnections } from '../../broker/clients/broker-listener';
import { type BrokerSettings, defaultSettings } from '../../broker/clients/broker-settings';
import type { ClientReport } from '../../broker/clients/client-report';
import type { BrokerStore } from '../../broker/store/broker-store';
import { Reason } from '../../broker/wire/reason';
import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { evenTime } from '../even-time';
import { sentCount } from '../streams/link-movement';
import type { OpenStream } from '../transport';
import type { ListenerOptions } from './device-listener';
import { DeviceListeners, type ListenReport } from './device-listeners';
import { LoginCheck } from './login-check';
import { OwnIdentifiers } from './own-identifiers';
import { streamPair } from './stream-pair';

/** Where devices reach an embedded broker, and who they are. */
export interface DeviceOptions {
  readonly listeners: readonly ListenerOptions[];
  readonly directory: UserDirectory;
}

interface EmbeddedOptions {
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
  /** Identifiers of clients in this process that are connected or remembered. */
  readonly #own = new OwnIdentifiers();
  readonly #users: UserAccess;
  readonly #listeners: DeviceListeners;
  #closed = false;
  /** While it does not, all that devices have to publish are wills; nobody has taken the rights that they had. */
  #takesDevices = false;

  constructor({ store, listener = silentListener, settings, after }: EmbeddedOptions = {}) {
    this.#settings = { ...defaultSettings, ...settings };
    const { maximumConnections } = this.#settings;
    const { now, after: later } = clock;
    const users = new UserAccess({ directory: NOBODY, passwords: new LoginCheck(), now, after: later });
    this.#users = users;
    const access: Access = {
      authenticate: (attempt) => this.#authenticate(attempt),
      mayPublish: (client, topic) => !this.#takesDevices || users.mayPublish(client, topic),
      reading: (client, filter) => users.reading(client, filter),
      mayReceive: (client, topic) => users.mayReceive(client, topic),
    };
    this.#listeners = new DeviceListeners({
      maximumConnections,
      admit: (stream, { address, certificateName }) =>
        void this.#broker.then((broker) =>
          broker.accept(stream, { address, local: false, certificateName }, sentCount(stream)),
        ),
      dropped: (address) => listener.refused(tooManyConnections({ local: false, address })),
    });
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

  /** The number of connections of devices, also of those that have not said who they are. */
  get deviceCount(): number {
    return this.#listeners.connectionCount;
  }

  /** The ports in use, even those that the operating system chose. */
  get ports(): number[] {
    return this.#listeners.ports;
  }

  /** Why listeners that should be open are not. */
  get listenerProblems(): MqttFlowsError[] {
    return this.#listeners.problems;
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
    const broker = await this.#broker;
    const [ours, theirs] = streamPair();
    const origin = { local: true, address: '' };
    broker.accept(theirs, origin);
    // The broker, which heard of the stream first, has ended the client by then.
    theirs.once('close', () => setImmediate(() => this.#own.left(origin, broker.clients())));
    return ours;
  };

  /**
   * Listens for devices, or for none. Devices stay connected if neither their listener nor their user has changed.
   * Resolves when each listener has been tried once. Never rejects: the in-process side works in any case.
   */
  async listen(options: DeviceOptions | undefined, report: ListenReport): Promise<void> {
    const broker = await this.#broker;
    // A store may open late, after the node has gone. Its port would stay open for good.
    if (this.#closed) return;
    this.#takesDevices = options !== undefined;
    broker.accessChanged(this.#users.replace(options?.directory ?? NOBODY));
    await this.#listeners.set(options?.listeners ?? [], report);
  }

  /** Resolves when what is to be remembered so far is in the store, or cannot be. */
  async flush(): Promise<void> {
    await (await this.#broker).flush();
  }

  /** Closes the port and every client, devices included. Resolves when what is remembered is in the store. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#listeners.set([], NO_REPORT);
    await (await this.#broker).close();
  }

  #authenticate(attempt: ConnectAttempt): Verdict | Promise<Verdict> {
    const { clientId, origin } = attempt;
    if (origin.local) {
      this.#own.joined(origin, clientId);
      return { ok: true, user: '' };
    }
    // A device with the identifier of a client in this process would take over its session.
    if (this.#own.has(clientId)) return { ok: false, reasonCode: Reason.notAuthorized };
    return this.#users.authenticate(attempt);
  }
}

const NOBODY: UserDirectory = { users: new Map(), anonymous: undefined };
const NO_REPORT: ListenReport = { opened: () => {}, failed: () => {} };

const clock = {
  now: () => evenTime.now(),
  wall: () => Date.now(),
  // What has to happen later is no reason for the process to live on.
  after: (delay: number, task: () => void) => void setTimeout(task, delay).unref(),
  every(interval: number, task: () => void) {
    const timer = setInterval(task, interval).unref();
    return () => clearInterval(timer);
  },
};
