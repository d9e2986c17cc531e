// One case of conformance against one broker: its clients, and topics that no other case has used.

import assert from 'node:assert/strict';
import type { IConnectPacket } from 'mqtt-packet';
import type { Received, TestClient, Version } from '../broker-bench';

/** A broker that is tried: one in this process, or any other by its port. */
export interface Target {
  open(protocolVersion: Version): TestClient;
  /** Lets so many seconds pass. */
  pass(seconds: number): Promise<void>;
}

/** What a client is sent, and the text of it. */
export type Message = Received<'publish'>;

export interface Case {
  readonly title: string;
  readonly run: (trial: Trial) => Promise<void>;
}

/** For the settings that some cases ask for. */
export const KEEP_ALIVE_OF_THE_SERVER = 60;
export const FORBIDDEN_FILTER = 'test/nosubscribe';

/** s for a broker to send what it should not send */
const SILENCE = 0.3;

export class Trial {
  readonly version: Version;
  readonly #target: Target;
  readonly #prefix: string;
  readonly #clients: TestClient[] = [];

  constructor(target: Target, version: Version, name: string) {
    this.#target = target;
    this.version = version;
    this.#prefix = `${name}-${version}`;
  }

  /** A topic, or filter, of this case alone. */
  topic(rest: string): string {
    return `${this.#prefix}/${rest}`;
  }

  /** A stream on which nothing has been said. */
  open(): TestClient {
    const client = this.#target.open(this.version);
    this.#clients.push(client);
    return client;
  }

  /** Connects; what comes at QoS 1 and 2 is answered. */
  async connect(
    name: string,
    options: Partial<IConnectPacket> = {},
  ): Promise<{ client: TestClient; connack: Received<'connack'> }> {
    const client = this.open();
    client.acknowledges = true;
    client.connect(`${this.#prefix}-${name}`, options);
    const connack = await client.next('connack');
    assert.equal(connack.reasonCode ?? connack.returnCode, 0, 'CONNACK says no');
    return { client, connack };
  }

  async client(name: string, options: Partial<IConnectPacket> = {}): Promise<TestClient> {
    return (await this.connect(name, options)).client;
  }

  pass(seconds: number): Promise<void> {
    return this.#target.pass(seconds);
  }

  /** Exactly `count` publications, in the order of their coming. */
  async messages(client: TestClient, count: number): Promise<Message[]> {
    const messages: Message[] = [];
    while (messages.length < count) messages.push(await client.next('publish'));
    await this.silence(client);
    return messages;
  }

  /** Nothing comes for `client` beside what has been taken. */
  async silence(client: TestClient): Promise<void> {
    await this.#target.pass(SILENCE);
    await client.quiet();
  }

  end(): void {
    for (const client of this.#clients) client.drop();
  }
}

export function qualities(messages: readonly Message[]): number[] {
  return messages.map(({ qos }) => qos).toSorted();
}
