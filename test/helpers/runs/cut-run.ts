// Numbered messages over a connection that is cut at random bytes, to a server that keeps the session.

import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '#src/connection/clock';
import { Connection } from '#src/connection/connection';
import type { OutboxStore } from '#src/connection/outbox/disk/outbox-store';
import type { QoS } from '#src/core/publications/publication';
import { mqttjsTransports } from '#src/transport/mqttjs/mqttjs-transport';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import { generator } from '../../core/random';
import { Mosquitto } from '../servers/mosquitto';
import { NumberedReceiver } from '../servers/numbered-receiver';
import { TcpProxy } from '../servers/tcp-proxy';

export interface CutRun {
  readonly messages: number;
  /** The approximate number of cuts, each at a random byte. */
  readonly cuts: number;
  readonly qos: QoS;
  readonly protocolVersion: 4 | 5;
  readonly seed: number;
  /** Uses an outbox on disk instead of in memory. */
  readonly store?: OutboxStore;
}

export interface CutResult {
  readonly cuts: number;
  readonly connections: number;
  readonly acknowledged: number;
  /** The error codes of failed publications, with their number. */
  readonly failed: Readonly<Record<string, number>>;
  readonly received: number;
  readonly copies: number;
  readonly disordered: number;
  readonly seconds: number;
}

/** mosquitto drops messages for which it has no room, so it gets enough. */
const SERVER = ['max_queued_messages 0', 'max_inflight_messages 100'];
/** approximate bytes of a message on the wire, with its acknowledgements */
const BYTES = { 0: 40, 1: 46, 2: 54 } as const;
/** The number of messages that wait at a time. */
const WAITING = 2000;

export async function runCuts(run: CutRun): Promise<CutResult> {
  const random = generator(run.seed);
  const server = await Mosquitto.start({ config: SERVER });
  const proxy = await TcpProxy.start(server.port);
  const receiver = await NumberedReceiver.start(server.port, 'cut/#');
  const failed: Record<string, number> = {};
  let acknowledged = 0;
  let connections = 0;
  const mean = (run.messages * BYTES[run.qos]) / run.cuts;
  const connection = new Connection(
    {
      endpoints: [{ name: 'proxy', open: tcpStream('127.0.0.1', proxy.port) }],
      protocolVersion: run.protocolVersion,
      connectOptions: () => ({
        clientId: 'cut',
        keepalive: 60,
        cleanStart: false,
        properties: { sessionExpiryInterval: 3600 },
      }),
      connectTimeout: 5000,
      reconnect: { minDelay: 1, maxDelay: 5 },
      outbox: { maxMessages: 10_000, maxBytes: 100_000_000, overflow: 'reject' },
      messages: {},
      ...(run.store ? { outboxStore: run.store } : {}),
    },
    { openTransport: mqttjsTransports(), clock: systemClock, random, report: (error) => count(failed, error.message) },
  );
  connection.watch(({ kind }) => {
    if (kind !== 'connected') return;
    connections++;
    proxy.cutAfter(1 + Math.floor(random() * 2 * mean));
  });
  const start = performance.now();
  connection.connect();
  for (let next = 0; next < run.messages; ) {
    for (; next < run.messages && connection.outboxDepth < WAITING; next++) {
      const payload = String(next).padStart(20, '0');
      connection.publish({ topic: `cut/${next % 10}`, payload, qos: run.qos, retain: false }, (settlement) => {
        if (settlement.ok) acknowledged++;
        else count(failed, settlement.error.code);
      });
    }
    await delay(1);
  }
  while (connection.outboxDepth > 0) await delay(5);
  const seconds = (performance.now() - start) / 1000;
  // The last messages are still on their way from the server to the receiver.
  for (let wait = 0; receiver.received < acknowledged && wait < 200; wait++) await delay(10);
  const { received, copies, disordered } = receiver;
  const result = { cuts: proxy.cuts, connections, acknowledged, failed, received, copies, disordered, seconds };
  await connection.close();
  await receiver.end();
  await proxy.stop();
  await server.stop();
  return result;
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
