// Devices that send each other messages through the broker inside a real Node-RED, which is killed again and again. The
// receiver has a session, and is away at every other kill and before it.

import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '#src/connection/clock';
import { Connection } from '#src/connection/connection';
import { mqttjsTransports } from '#src/transport/mqttjs/mqttjs-transport';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import { generator } from '../../core/random';
import { embeddedNode } from '../flows/flow-nodes';
import { PersistentNodeRed } from '../flows/persistent-node-red';
import { freePort } from '../servers/free-port';
import { NumberedDevice } from '../servers/numbered-device';

export interface BrokerKillRun {
  readonly kills: number;
  readonly qos: 1 | 2;
  readonly protocolVersion: 4 | 5;
  readonly seed: number;
  /** ms of a life after the first message that it has acknowledged, at most */
  readonly life: number;
}

export interface BrokerKillResult {
  readonly acknowledged: number;
  /** Error codes of publications that were not, and how many. */
  readonly failed: Readonly<Record<string, number>>;
  readonly received: number;
  /** Acknowledged, and not received. */
  readonly lost: number;
  readonly copies: number;
  readonly disordered: number;
  readonly sessionsLost: number;
  /** Retained messages of other topics, one for each life, that were acknowledged and are not there at the end. */
  readonly retainedLost: number;
  /** Errors that Node-RED has printed. */
  readonly complaints: readonly string[];
}

/** Messages that are on their way at a time: fewer than the broker keeps for a device that is away. */
const UNDER_WAY = 4000;
/** ms for all to arrive after the last kill */
const PATIENCE = 60_000;

export async function runBrokerKills(run: BrokerKillRun): Promise<BrokerKillResult> {
  const random = generator(run.seed);
  const port = await freePort();
  const nodeRed = new PersistentNodeRed();
  const complaints: string[] = [];
  const nodes = [embeddedNode('killed-broker', { port })];
  const { qos, protocolVersion } = run;
  const receiver = new NumberedDevice({ port, clientId: 'receiver', protocolVersion, qos, filter: 'kill/#' });
  const publisher = new Publisher(port, run, (number) => receiver.has(number));
  await nodeRed.start(nodes);
  await receiver.come();
  publisher.begin();
  for (let kill = 0; kill < run.kills; kill++) {
    await publisher.progress();
    if (kill % 2 === 1) receiver.goAway();
    await publisher.retain(`retained/${kill}`);
    await delay(random() * run.life);
    complaints.push(...complaintsIn(nodeRed.output));
    await nodeRed.crash();
    await nodeRed.start(nodes);
    await receiver.come();
  }
  await publisher.end(PATIENCE);
  const retained = await retainedCount(port, run.kills);
  complaints.push(...complaintsIn(nodeRed.output));
  const { acknowledged, failed, lost } = publisher;
  const { count: received, copies, disordered, sessionsLost } = receiver;
  await publisher.close();
  receiver.goAway();
  await nodeRed.remove();
  const retainedLost = run.kills - retained;
  return { acknowledged, failed, received, lost, copies, disordered, sessionsLost, retainedLost, complaints };
}

function complaintsIn(output: string): string[] {
  return output.split('\n').filter((line) => /\[error\]|Error:/.test(line));
}

/** How many of the `expected` retained messages come to a client that is new. */
async function retainedCount(port: number, expected: number): Promise<number> {
  const options = { port, clientId: 'reader', protocolVersion: 4, qos: 1, filter: 'retained/#' } as const;
  const reader = new NumberedDevice(options);
  await reader.come();
  for (let wait = 0; reader.count < expected && wait < 5000; wait += 10) await delay(10);
  reader.goAway();
  return reader.count;
}

/** Publishes numbered messages through an outbox in memory, as fast as they arrive. */
class Publisher {
  readonly failed: Record<string, number> = {};
  readonly #connection: Connection;
  readonly #run: BrokerKillRun;
  readonly #hasArrived: (number: number) => boolean;
  /** Acknowledged, and not known to have arrived. */
  readonly #acknowledged = new Set<number>();
  #arrived = 0;
  #next = 0;
  #publishing: Promise<void> | undefined;
  #ends = false;

  constructor(port: number, run: BrokerKillRun, hasArrived: (number: number) => boolean) {
    this.#run = run;
    this.#hasArrived = hasArrived;
    this.#connection = new Connection(
      {
        endpoints: [{ name: 'embedded', open: tcpStream('127.0.0.1', port) }],
        protocolVersion: run.protocolVersion,
        connectOptions: () => ({
          clientId: 'publisher',
          keepalive: 30,
          cleanStart: false,
          properties: { sessionExpiryInterval: 3600 },
        }),
        connectTimeout: 5000,
        reconnect: { minDelay: 10, maxDelay: 50 },
        outbox: { maxMessages: 10_000, maxBytes: 100_000_000, overflow: 'reject' },
        messages: {},
      },
      { openTransport: mqttjsTransports(), clock: systemClock, random: Math.random, report: () => {} },
    );
  }

  get acknowledged(): number {
    return this.#arrived + this.#acknowledged.size;
  }

  get lost(): number {
    for (const number of this.#acknowledged) {
      if (!this.#hasArrived(number)) continue;
      this.#acknowledged.delete(number);
      this.#arrived++;
    }
    return this.#acknowledged.size;
  }

  begin(): void {
    this.#connection.connect();
    this.#publishing = this.#publish();
  }

  /** Resolves when one more has been acknowledged. */
  async progress(): Promise<void> {
    const before = this.acknowledged;
    while (this.acknowledged === before) await delay(5);
  }

  /** Publishes a retained message, whose payload is the number in its topic. */
  async retain(topic: string): Promise<void> {
    const payload = topic.replace(/\D/g, '');
    await new Promise<void>((resolve) => {
      this.#connection.publish({ topic, payload, qos: this.#run.qos, retain: true }, () => resolve());
    });
  }

  /** Publishes nothing any more, and waits until all is acknowledged, and has arrived within `patience` ms. */
  async end(patience: number): Promise<void> {
    this.#ends = true;
    await this.#publishing;
    while (this.#connection.outboxDepth > 0) await delay(5);
    for (let wait = 0; this.lost > 0 && wait < patience; wait += 10) await delay(10);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #publish(): Promise<void> {
    const { qos } = this.#run;
    while (!this.#ends) {
      while (this.lost + this.#connection.outboxDepth < UNDER_WAY && this.#connection.outboxDepth < 500) {
        const number = this.#next++;
        const payload = String(number).padStart(20, '0');
        this.#connection.publish({ topic: `kill/${number % 10}`, payload, qos, retain: false }, (settlement) => {
          if (settlement.ok) this.#acknowledged.add(number);
          else this.failed[settlement.error.code] = (this.failed[settlement.error.code] ?? 0) + 1;
        });
      }
      await delay(1);
    }
  }
}
