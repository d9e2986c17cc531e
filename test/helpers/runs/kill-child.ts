// A process that publishes numbered messages into an outbox on disk until it is killed, and prints which were accepted.
// Arguments: port, folder, QoS, first number, how many (0: none, only what waits), "drain" to end when nothing waits.

import { existsSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '#src/connection/clock';
import { Connection } from '#src/connection/connection';
import { isQoS, type QoS } from '#src/core/publications/publication';
import { defaultPublishOptions } from '#src/core/publications/publish-options';
import { LevelStore } from '#src/runtime/storage/level-store';
import { mqttjsTransports } from '#src/transport/mqttjs/mqttjs-transport';
import { tcpStream } from '#src/transport/streams/tcp-stream';

const [port, folder = '', level, first, total, end] = process.argv.slice(2);
const qos = asQoS(Number(level));

function asQoS(value: number): QoS {
  if (isQoS(value)) return value;
  throw new Error(`QoS ${value}`);
}

const homeFile = join(folder, 'home');
let tellOpened: () => void = () => {};
const opened = new Promise<void>((resolve) => {
  tellOpened = resolve;
});
const connection = new Connection(
  {
    endpoints: [{ name: 'server', open: tcpStream('127.0.0.1', Number(port)) }],
    protocolVersion: 5,
    connectOptions: () => ({
      clientId: 'killed',
      keepalive: 60,
      cleanStart: false,
      properties: { sessionExpiryInterval: 3600 },
    }),
    connectTimeout: 5000,
    reconnect: { minDelay: 1, maxDelay: 5 },
    outbox: { maxMessages: 1_000_000, maxBytes: 1_000_000_000, overflow: 'reject' },
    outboxStore: new LevelStore({ path: join(folder, 'outbox'), fsync: false, opened: tellOpened }),
    messages: {},
    session: {
      subscriptions: [],
      home: existsSync(homeFile) ? readFileSync(homeFile, 'utf8') : undefined,
      settle: (home) => writeFileSync(homeFile, home),
      remember() {},
    },
  },
  {
    openTransport: mqttjsTransports(),
    clock: systemClock,
    random: Math.random,
    report: (error) => void writeSync(1, `! ${error.message}\n`),
  },
);

/** The number of messages that wait at a time: enough that some are always in flight. */
const WAITING = 500;

let next = Number(first);
const last = next + Number(total);

function publish(): void {
  for (; next < last && connection.outboxDepth < WAITING; next++) {
    const number = next;
    const publication = { topic: 'kill/a', payload: String(number), qos, retain: false } as const;
    connection.publish(
      publication,
      // Synchronous, so that nothing printed is lost when the process is killed.
      (settlement) => void writeSync(1, settlement.ok ? `${number}\n` : `! ${number} ${settlement.error.code}\n`),
      { ...defaultPublishOptions, completeOn: 'queued' },
    );
  }
  if (end === 'drain' && next >= last && connection.outboxDepth === 0 && connection.state.kind === 'connected') {
    void connection.close().then(() => process.exit(0));
    return;
  }
  setTimeout(publish, 1);
}

connection.connect();
// The number of waiting messages is known once the disk was read.
if (end === 'drain') void opened.then(() => setTimeout(publish, 1));
else setTimeout(publish, 0);
