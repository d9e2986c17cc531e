// Numbered messages to the first available of two servers, which go away and come back in turn.

import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '#src/connection/clock';
import { Connection } from '#src/connection/connection';
import type { OutboxStore } from '#src/connection/outbox/disk/outbox-store';
import type { QoS } from '#src/core/publications/publication';
import { mqttjsTransports } from '#src/transport/mqttjs/mqttjs-transport';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import { Mosquitto } from '../servers/mosquitto';
import { NumberedReceiver } from '../servers/numbered-receiver';
import { TcpProxy } from '../servers/tcp-proxy';

/** mosquitto drops messages for which it has no room, so it gets enough. */
const CONFIG = ['max_queued_messages 0', 'max_inflight_messages 100'];

/** A server, the proxy before it, and the receiver that counts there. */
export class SwitchedServer {
  readonly receiver: NumberedReceiver;
  readonly proxy: TcpProxy;
  readonly #server: Mosquitto;

  private constructor(server: Mosquitto, proxy: TcpProxy, receiver: NumberedReceiver) {
    this.#server = server;
    this.proxy = proxy;
    this.receiver = receiver;
  }

  static async start(): Promise<SwitchedServer> {
    const server = await Mosquitto.start({ config: CONFIG });
    const proxy = await TcpProxy.start(server.port);
    return new SwitchedServer(server, proxy, await NumberedReceiver.start(server.port, 'switch/#'));
  }

  async stop(): Promise<void> {
    await this.receiver.end();
    await this.proxy.stop();
    await this.#server.stop();
  }
}

/** What outlives a connection: the outbox on disk, and the remembered session. */
export interface Lasting {
  readonly store: OutboxStore;
  home: string | undefined;
}

export class SwitchingPublisher {
  readonly connection: Connection;
  /** The numbers of messages that one of the servers acknowledged. */
  readonly acknowledged = new Set<number>();
  readonly failures: string[] = [];

  constructor(servers: readonly [SwitchedServer, SwitchedServer], lasting: Lasting) {
    const [first, second] = servers.map(({ proxy }, index) => ({
      name: `server ${index}`,
      open: tcpStream('127.0.0.1', proxy.port),
    }));
    if (!first || !second) throw new Error('two servers');
    this.connection = new Connection(
      {
        endpoints: [first, second],
        protocolVersion: 5,
        connectOptions: () => ({
          clientId: 'switching',
          keepalive: 60,
          cleanStart: false,
          properties: { sessionExpiryInterval: 3600 },
        }),
        connectTimeout: 5000,
        reconnect: { minDelay: 1, maxDelay: 5 },
        outbox: { maxMessages: 100_000, maxBytes: 100_000_000, overflow: 'reject' },
        outboxStore: lasting.store,
        messages: {},
        session: {
          subscriptions: [],
          home: lasting.home,
          settle(home) {
            lasting.home = home;
          },
          remember() {},
        },
      },
      {
        openTransport: mqttjsTransports(),
        clock: systemClock,
        random: Math.random,
        report: (error) => void this.failures.push(String(error)),
      },
    );
    this.connection.connect();
  }

  /** Publishes the numbers from `first` up to, but not including, `last`. */
  publish(first: number, last: number, qos: QoS): void {
    for (let number = first; number < last; number++) {
      const payload = String(number).padStart(20, '0');
      this.connection.publish({ topic: 'switch/a', payload, qos, retain: false }, (settlement) => {
        if (settlement.ok) this.acknowledged.add(number);
        else this.failures.push(settlement.error.code);
      });
    }
  }

  /** Resolves when nothing waits any more. */
  async done(): Promise<void> {
    while (this.connection.outboxDepth > 0) await delay(5);
  }
}
