// `npm run soak -- --kills 200 --seed 1`: mosquitto is killed and restarted at random moments, while a connection with
// 50 subscriptions and another client send each other messages at QoS 1. Prints which of them arrived.

import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const { Connection } = require('../build/src/connection/connection.js');
const { systemClock } = require('../build/src/connection/clock.js');
const { mqttjsTransports } = require('../build/src/transport/mqttjs/mqttjs-transport.js');
const { tcpStream } = require('../build/src/transport/streams/tcp-stream.js');
const { parseTopicFilter } = require('../build/src/core/topics/topic-filter.js');
const { heapInUse } = require('../build/test/helpers/process/heap.js');
const { Mosquitto } = require('../build/test/helpers/servers/mosquitto.js');
const { generator } = require('../build/test/core/random.js');

const TOPICS = 50;
/** ms between a start of the server and its end, at most */
const LIFE = 400;
/** ms */
const PACE = 5;
/** ms after which the run is given up */
const LIMIT = 15 * 60_000;

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});
const kills = Number(values.kills);
const random = generator(Number(values.seed));
const errors = [];
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, (error) => errors.push(error));
const giveUp = setTimeout(() => {
  console.log('FAILED: given up after 15 minutes');
  process.exit(1);
}, LIMIT).unref();

function heap() {
  return `${(heapInUse() / 1e6).toFixed(1)} MB`;
}

function handles() {
  const counts = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function filterOf(text) {
  const result = parseTopicFilter(text);
  if (!result.ok) throw new Error(text);
  return result.filter;
}

/** One side of the traffic: publishes numbered messages under `own`, and counts those under `other`. */
class Side {
  accepted = 0;
  acknowledged = 0;
  failed = {};
  received = new Map();
  connects = 0;
  sockets = new Set();

  constructor(name, port, own, other) {
    this.own = own;
    const open = async (report, signal) => {
      const socket = await tcpStream('127.0.0.1', port)(report, signal);
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      return socket;
    };
    this.connection = new Connection(
      {
        endpoints: [{ name, open }],
        protocolVersion: 5,
        connectOptions: () => ({ clientId: name, keepalive: 5, cleanStart: true }),
        connectTimeout: 5000,
        reconnect: { minDelay: 20, maxDelay: 200 },
        outbox: { maxMessages: 10_000, maxBytes: 50_000_000, overflow: 'reject' },
        messages: {},
      },
      { openTransport: mqttjsTransports(), clock: systemClock, random, report: (error) => errors.push(error) },
    );
    this.connection.watch(({ kind }) => {
      if (kind === 'connected') this.connects++;
    });
    for (let index = 0; index < TOPICS; index++) this.#subscribe(`${other}/${index}`);
    this.connection.connect();
  }

  #subscribe(topic) {
    this.connection.subscribe({
      subscriptions: [{ filter: filterOf(topic), qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 }],
      deliver: ({ payload }) => {
        const id = Number(payload.toString());
        this.received.set(id, (this.received.get(id) ?? 0) + 1);
      },
      stateChanged() {},
    });
  }

  publish() {
    const id = this.accepted++;
    const publication = { topic: `${this.own}/${id % TOPICS}`, payload: String(id), qos: 1, retain: false };
    this.connection.publish(publication, (settlement) => {
      if (settlement.ok) this.acknowledged++;
      else this.failed[settlement.error.code] = (this.failed[settlement.error.code] ?? 0) + 1;
    });
  }

  /** Resolves when it is connected and has sent everything. */
  async drained() {
    while (this.connection.state.kind !== 'connected' || this.connection.outboxDepth > 0) await delay(10);
  }

  report(name, other) {
    let copies = 0;
    for (const count of other.received.values()) copies += count - 1;
    const { accepted, acknowledged, failed, connects } = this;
    console.log(`${name}: accepted ${accepted}, acknowledged ${acknowledged}, failed ${JSON.stringify(failed)},`);
    console.log(`  connections ${connects}, open sockets ${this.sockets.size}`);
    console.log(`  received by the other ${other.received.size}, not received ${accepted - other.received.size},`);
    console.log(`  received more than once ${copies}`);
    return acknowledged === accepted;
  }
}

console.log(`${kills} kills, seed ${values.seed}, ${TOPICS} subscriptions on each side, MQTT 5, QoS 1`);
const handlesBefore = handles();
const server = await Mosquitto.start();
const ours = new Side('ours', server.port, 'up', 'down');
const device = new Side('device', server.port, 'down', 'up');
await Promise.all([ours.drained(), device.drained()]);
const traffic = setInterval(() => {
  ours.publish();
  device.publish();
}, PACE);
const start = performance.now();
const heapBefore = heap();
for (let kill = 1; kill <= kills; kill++) {
  await delay(random() * LIFE);
  await server.kill();
  await delay((random() * LIFE) / 4);
  await server.restart();
  if (kill % Math.ceil(kills / 5) === 0) console.log(`  ${kill} kills, heap ${heap()}`);
}
clearInterval(traffic);
await Promise.all([ours.drained(), device.drained()]);
const seconds = ((performance.now() - start) / 1000).toFixed(0);
const complete = [ours.report('ours', device), device.report('device', ours)].every(Boolean);
const single = ours.sockets.size === 1 && device.sockets.size === 1;
console.log(`${seconds} s, heap ${heapBefore} before and ${heap()} after (what was received is remembered in it)`);
console.log('handles while connected', handles());
await Promise.all([ours.connection.close(), device.connection.close()]);
await server.stop();
clearTimeout(giveUp);
await delay(50);
const handlesAfter = handles();
console.log('handles before', handlesBefore, 'after', handlesAfter);
const clean = !handlesAfter.TCPSocketWrap && !handlesAfter.Timeout && errors.length === 0;
console.log(`errors ${errors.length}`, ...errors.slice(0, 3));
const passed = complete && single && clean;
console.log(passed ? 'passed' : 'FAILED');
process.exitCode = passed ? 0 : 1;
