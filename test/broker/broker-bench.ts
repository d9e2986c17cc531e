// A broker with streams in memory, a clock in the hands of the test, and clients that say what they are told to say.

import assert from 'node:assert/strict';
import { Duplex, duplexPair } from 'node:stream';
import { generate, type IConnectPacket, type Packet, type PacketCmd, parser } from 'mqtt-packet';
import { Broker } from '#src/broker/broker';
import type { BrokerClock } from '#src/broker/broker-clock';
import { type Access, openAccess } from '#src/broker/clients/access';
import { type BrokerListener, silentListener } from '#src/broker/clients/broker-listener';
import { type BrokerSettings, defaultSettings } from '#src/broker/clients/broker-settings';
import type { BrokerStore } from '#src/broker/store/broker-store';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { Inbox } from '../helpers/flows/inbox';
import { SlowLink } from './slow-link';

export type Received<C extends PacketCmd> = Extract<Packet, { cmd: C }>;
export type Version = 3 | 4 | 5;

/** The clock of the tests, which the broker is given in its own form. */
export class BenchClock implements BrokerClock {
  readonly #clock = new FakeClock();
  readonly now = (): number => this.#clock.now();
  readonly wall = (): number => this.#clock.wall();

  after(delay: number, task: () => void): void {
    this.#clock.after(delay, task);
  }

  every(interval: number, task: () => void): () => void {
    let cancel = (): void => {};
    const next = (): void => {
      cancel = this.#clock.after(interval, () => {
        next();
        task();
      });
    };
    next();
    return () => cancel();
  }

  /** Somebody sets the clock of the machine, by so many seconds. */
  set(seconds: number): void {
    this.#clock.set(seconds * 1000);
  }

  /** Lets so many seconds pass. */
  advance(seconds: number): void {
    this.#clock.advance(seconds * 1000);
  }
}

export interface BenchOptions {
  readonly settings?: Partial<BrokerSettings> | undefined;
  readonly access?: Partial<Access>;
  readonly listener?: Partial<BrokerListener>;
  readonly store?: BrokerStore;
  readonly clock?: BenchClock;
}

export class BrokerBench {
  readonly clock: BenchClock;
  readonly broker: Broker;
  readonly #clients = new Set<TestClient>();

  private constructor(broker: Broker, clock: BenchClock) {
    this.broker = broker;
    this.clock = clock;
  }

  static async start(options: BenchOptions = {}): Promise<BrokerBench> {
    const clock = options.clock ?? new BenchClock();
    let names = 0;
    const broker = await Broker.open({
      settings: { ...defaultSettings, systemInterval: 0, ...options.settings },
      access: { ...openAccess, ...options.access },
      listener: { ...silentListener, ...options.listener },
      clock,
      defer: (task) => void setImmediate(task),
      randomName: () => String(++names),
      heap: () => 1234,
      store: options.store,
    });
    return new BrokerBench(broker, clock);
  }

  /** A stream to the broker on which nothing has been said yet. */
  open(protocolVersion: Version = 5, local = false): TestClient {
    const [ours, theirs] = duplexPair();
    this.broker.accept(theirs, { address: '192.0.2.7', local });
    ours.once('close', () => theirs.destroy());
    theirs.once('close', () => ours.destroy());
    const client = new TestClient(ours, protocolVersion);
    this.#clients.add(client);
    return client;
  }

  /** The same over a stream that takes whatever is written before write() returns: it never says `drain`. */
  openEager(protocolVersion: Version = 5): TestClient {
    const theirs: Duplex = new Duplex({
      read() {},
      write(chunk, _, done) {
        ours.push(chunk);
        done();
      },
    });
    const ours = new Duplex({
      read() {},
      write(chunk, _, done) {
        theirs.push(chunk);
        done();
      },
    });
    this.broker.accept(theirs, { address: '192.0.2.8', local: false });
    const client = new TestClient(ours, protocolVersion);
    this.#clients.add(client);
    return client;
  }

  /** A client over a link that moves as the test lets it. `tells`: the broker can see parts of a write go out. */
  openSlow(tells: boolean): { readonly client: TestClient; readonly link: SlowLink } {
    const link = new SlowLink();
    const sent = (): number => link.sent;
    this.broker.accept(link, { address: '192.0.2.9', local: false }, tells ? sent : undefined);
    const client = new TestClient(link.client, 5);
    this.#clients.add(client);
    return { client, link };
  }

  /** A client that has been let in. */
  async connect(clientId: string, options: Partial<IConnectPacket> = {}): Promise<TestClient> {
    const client = this.open(options.protocolVersion ?? 5);
    client.connect(clientId, options);
    const connack = await client.next('connack');
    assert.equal(connack.reasonCode ?? connack.returnCode, 0);
    return client;
  }

  /** Has nothing to do with `client` any more: for tests of very many of them. */
  discard(client: TestClient): void {
    client.drop();
    this.#clients.delete(client);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.drop();
    await this.broker.close();
  }
}

/** The other end of a stream. */
export class TestClient {
  readonly stream: Duplex;
  readonly packets = new Inbox<Packet>('packets of the broker');
  readonly protocolVersion: Version;
  /** Whether it answers what comes at QoS 1 and 2 by itself. */
  acknowledges = false;
  /** What the broker sends is no MQTT. */
  whenMalformed: (error: Error) => void = () => {};
  readonly #taken = new Set<Packet>();
  #messageId = 0;
  readonly closed: Promise<void>;

  constructor(stream: Duplex, protocolVersion: Version) {
    this.stream = stream;
    this.protocolVersion = protocolVersion;
    const reader = parser({ protocolVersion });
    reader.on('packet', (packet) => {
      this.packets.push(packet);
      if (this.acknowledges) this.#acknowledge(packet);
    });
    reader.on('error', (error) => this.whenMalformed(error));
    stream.on('data', (data: Buffer) => void reader.parse(data));
    stream.on('error', () => {});
    this.closed = new Promise((resolve) => {
      stream.once('end', resolve);
      stream.once('close', resolve);
    });
  }

  connect(clientId: string, options: Partial<IConnectPacket> = {}): void {
    const { protocolVersion } = this;
    const protocolId = protocolVersion === 3 ? 'MQIsdp' : 'MQTT';
    this.send({ cmd: 'connect', protocolId, protocolVersion, clientId, clean: true, keepalive: 0, ...options });
  }

  send(packet: Packet): void {
    this.stream.write(generate(packet, { protocolVersion: this.protocolVersion }));
  }

  /** The oldest packet of this kind that has not been taken. */
  async next<C extends PacketCmd>(cmd: C): Promise<Received<C>> {
    const packet = await this.packets.find(cmd, (each) => each.cmd === cmd && !this.#taken.has(each));
    this.#taken.add(packet);
    // The kind has just been looked at.
    return packet as Received<C>;
  }

  /** The topics and payloads of `count` publications. */
  async messages(count: number): Promise<string[]> {
    const texts: string[] = [];
    while (texts.length < count) texts.push(textOf(await this.next('publish')));
    return texts;
  }

  async subscribe(
    topic: string,
    options: Partial<{ qos: 0 | 1 | 2; nl: boolean; rap: boolean; rh: number; identifier: number }> = {},
  ): Promise<number> {
    const { identifier, qos = 0, ...others } = options;
    const messageId = ++this.#messageId;
    const properties = identifier === undefined ? {} : { properties: { subscriptionIdentifier: identifier } };
    this.send({ cmd: 'subscribe', messageId, subscriptions: [{ topic, qos, ...others }], ...properties });
    const [granted = -1] = (await this.next('suback')).granted;
    return Number(granted);
  }

  /** Publishes, and returns the reason code at QoS 1 or 2; QoS 2 to its end. */
  async publish(
    topic: string,
    payload: string | Buffer,
    options: Partial<Omit<Received<'publish'>, 'cmd' | 'topic' | 'payload'>> = {},
  ): Promise<number> {
    const { qos = 0, ...others } = options;
    const messageId = ++this.#messageId;
    this.send({ cmd: 'publish', topic, payload, qos, messageId, retain: false, dup: false, ...others });
    if (qos === 0) return 0;
    if (qos === 1) return (await this.next('puback')).reasonCode ?? 0;
    const { reasonCode = 0 } = await this.next('pubrec');
    if (reasonCode >= 0x80) return reasonCode;
    this.send({ cmd: 'pubrel', messageId });
    await this.next('pubcomp');
    return reasonCode;
  }

  /** Forgets what has come so far, for tests of very many packets. */
  forget(): void {
    this.packets.all.length = 0;
    this.#taken.clear();
  }

  /** Asserts that no publication comes, nor has come untaken: the broker answers in order. */
  async quiet(): Promise<void> {
    this.send({ cmd: 'pingreq' });
    await this.next('pingresp');
    const publications = this.packets.all.filter((packet) => packet.cmd === 'publish' && !this.#taken.has(packet));
    assert.deepEqual(
      publications.map((packet) => packet.cmd === 'publish' && textOf(packet)),
      [],
    );
  }

  #acknowledge(packet: Packet): void {
    if (packet.cmd !== 'publish' && packet.cmd !== 'pubrel') return;
    const { messageId = 0 } = packet;
    if (packet.cmd === 'pubrel') this.send({ cmd: 'pubcomp', messageId });
    else if (packet.qos === 1) this.send({ cmd: 'puback', messageId });
    else if (packet.qos === 2) this.send({ cmd: 'pubrec', messageId });
  }

  /** Ends the connection as MQTT wants it. */
  async disconnect(reasonCode = 0, properties: Received<'disconnect'>['properties'] = {}): Promise<void> {
    this.send({ cmd: 'disconnect', reasonCode, properties });
    await this.closed;
  }

  /** Ends it without a word. */
  drop(): void {
    this.stream.destroy();
  }
}

export function textOf({ topic, payload }: Received<'publish'>): string {
  return `${topic}=${payload.toString()}`;
}
