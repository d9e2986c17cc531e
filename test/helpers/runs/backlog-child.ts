// A process that fills an outbox on disk while there is no server, then drains it, and prints the memory used.
// Arguments: port, folder, number of messages, bytes of each.

import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '#src/connection/clock';
import { Connection } from '#src/connection/connection';
import { defaultPublishOptions } from '#src/core/publications/publish-options';
import { LevelStore } from '#src/runtime/storage/level-store';
import { mqttjsTransports } from '#src/transport/mqttjs/mqttjs-transport';
import { tcpStream } from '#src/transport/streams/tcp-stream';

export interface BacklogFigures {
  readonly accepted: number;
  readonly failed: number;
  /** s */
  readonly fillTime: number;
  readonly drainTime: number;
  /** The highest resident memory above that of the same process with an empty outbox, in bytes. */
  readonly fillMemory: number;
  readonly drainMemory: number;
}

const [port, folder = '', total, size] = process.argv.slice(2);
const messages = Number(total);
const padding = 'x'.repeat(Math.max(0, Number(size) - 10));

const connection = new Connection(
  {
    endpoints: [{ name: 'server', open: tcpStream('127.0.0.1', Number(port)) }],
    protocolVersion: 5,
    connectOptions: () => ({ clientId: 'backlog', keepalive: 60, cleanStart: true }),
    connectTimeout: 5000,
    reconnect: { minDelay: 1, maxDelay: 5 },
    outbox: { maxMessages: 10_000_000, maxBytes: 10_000_000_000, overflow: 'reject' },
    outboxStore: new LevelStore({ path: join(folder, 'outbox'), fsync: false }),
    messages: {},
  },
  {
    openTransport: mqttjsTransports(),
    clock: systemClock,
    random: Math.random,
    report: (error) => void failures.push(error),
  },
);

/** The most messages being written to disk at a time, as in a flow. */
const UNWRITTEN = 2000;
const failures: Error[] = [];
let accepted = 0;
let failed = 0;

async function fill(): Promise<void> {
  for (let next = 0; accepted + failed < messages; ) {
    for (; next < messages && next - accepted - failed < UNWRITTEN; next++) {
      const payload = String(next).padStart(10, '0') + padding;
      connection.publish(
        { topic: 'backlog/a', payload, qos: 1, retain: false },
        ({ ok }) => {
          if (ok) accepted++;
          else failed++;
        },
        { ...defaultPublishOptions, completeOn: 'queued' },
      );
    }
    await turn();
  }
}

/** Runs `work`. Returns its time in s, and the highest memory above `idle` meanwhile. */
async function measured(idle: number, work: () => Promise<void>): Promise<{ time: number; memory: number }> {
  let most = 0;
  const look = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  const start = performance.now();
  await work();
  clearInterval(look);
  return { time: (performance.now() - start) / 1000, memory: Math.max(0, most - idle) };
}

async function drain(): Promise<void> {
  connection.connect();
  while (connection.outboxDepth > 0) await turn();
}

async function main(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const idle = process.memoryUsage.rss();
  const filled = await measured(idle, fill);
  const drained = await measured(idle, drain);
  const figures: BacklogFigures = {
    accepted,
    failed: failed + failures.length,
    fillTime: filled.time,
    drainTime: drained.time,
    fillMemory: filled.memory,
    drainMemory: drained.memory,
  };
  writeSync(1, `${JSON.stringify(figures)}\n`);
  await connection.close();
}

void main();
