// A scripted MQTT server in a process of its own that is never the bottleneck: outgoing packets are prepared, and only
// the first bytes of incoming ones are read. One client.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { generate, parser } from 'mqtt-packet';
import { PacketScanner } from './packet-scanner.mjs';

/** bytes that are written at once */
const CHUNK = 64 * 1024;

/** The prebuilt publications, as often as they fit into a chunk. */
function publications({ topics, payload, encoding, qos, protocolVersion }) {
  const body = Buffer.from(payload, encoding);
  return topics.map((topic) =>
    generate(
      { cmd: 'publish', topic, payload: body, qos, retain: false, dup: false, messageId: 1 },
      { protocolVersion },
    ),
  );
}

/** Sends without end, as fast as the client reads. */
async function flood(socket, packets) {
  const whole = [];
  let bytes = 0;
  while (bytes < CHUNK) {
    whole.push(...packets);
    bytes = whole.reduce((sum, { length }) => sum + length, 0);
  }
  const chunk = Buffer.concat(whole);
  while (!socket.destroyed) {
    if (!socket.write(chunk)) await once(socket, 'drain').catch(() => {});
  }
}

/**
 * Sends publications of QoS 1, `window` of them unacknowledged at most: one for each acknowledgement, or, in `bursts`, as
 * many as the window has when all of it is acknowledged.
 */
function feed(socket, packets, { topics, window, bursts }) {
  let next = 0;
  const take = (id) => {
    const index = next++ % packets.length;
    const packet = Buffer.from(packets[index]);
    // Behind the fixed header: two bytes of length, the topic, and then the packet identifier (MQTT 5, section 3.3.2).
    const header = packet[1] < 0x80 ? 2 : packet[2] < 0x80 ? 3 : 4;
    packet.writeUInt16BE(id, header + 2 + Buffer.byteLength(topics[index]));
    return packet;
  };
  const whole = () => Buffer.concat(Array.from({ length: window }, (_, index) => take(index + 1)));
  const scanner = new PacketScanner();
  let unacknowledged = window;
  socket.on('data', (data) => {
    const answers = [];
    scanner.scan(data, (type, bytes, body) => {
      if (type === 12) answers.push(Buffer.from([0xd0, 0]));
      if (type !== 4) return;
      if (!bursts) answers.push(take(bytes.readUInt16BE(body)));
      else if (--unacknowledged === 0) answers.push(whole());
    });
    if (unacknowledged === 0) unacknowledged = window;
    if (answers.length > 0) socket.write(Buffer.concat(answers));
  });
  socket.write(whole());
}

/** Takes publications and acknowledges QoS 1 at once. */
function drain(socket, count) {
  const scanner = new PacketScanner();
  socket.on('data', (data) => {
    const answers = [];
    scanner.scan(data, (type, bytes, body, qos) => {
      if (type === 12) answers.push(Buffer.from([0xd0, 0]));
      if (type !== 3) return;
      count();
      if (qos === 0) return;
      const id = body + 2 + bytes.readUInt16BE(body);
      answers.push(Buffer.from([0x40, 2, bytes[id], bytes[id + 1]]));
    });
    if (answers.length > 0) socket.write(Buffer.concat(answers));
  });
}

let socket;
let received = 0;
let subscribed = 0;
let connected = false;
let whenSubscribed = () => {};
let whenConnected = () => {};

const server = createServer((connection) => {
  socket = connection;
  connection.setNoDelay(true);
  connection.on('error', () => {});
  const settings = {};
  const packets = parser(settings);
  connection.on('data', (data) => packets.parse(data));
  packets.on('packet', (packet) => {
    const { cmd, messageId } = packet;
    const send = (answer) => connection.write(generate(answer, settings));
    if (cmd === 'connect') {
      settings.protocolVersion = packet.protocolVersion;
      send({ cmd: 'connack', sessionPresent: false, returnCode: 0, reasonCode: 0 });
      connected = true;
      whenConnected();
    }
    if (cmd === 'pingreq') send({ cmd: 'pingresp' });
    if (cmd !== 'subscribe') return;
    send({ cmd: 'suback', messageId, granted: packet.subscriptions.map(({ qos }) => qos) });
    subscribed += packet.subscriptions.length;
    whenSubscribed();
  });
});

/** The requests of the parent process. */
const answers = {
  async listen() {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { port: server.address().port };
  },
  async subscribed({ filters }) {
    while (subscribed < filters) await new Promise((resolve) => (whenSubscribed = resolve));
  },
  async connected() {
    if (!connected) await new Promise((resolve) => (whenConnected = resolve));
  },
  send(traffic) {
    socket.removeAllListeners('data');
    const packets = publications(traffic);
    if (traffic.qos > 0) return void feed(socket, packets, traffic);
    socket.resume();
    void flood(socket, packets);
  },
  receive() {
    socket.removeAllListeners('data');
    drain(socket, () => received++);
  },
  received: () => ({ count: received, at: performance.now() }),
};

process.on('message', async ({ kind, ...content }) => {
  process.send({ kind, ...(await answers[kind](content)) });
});
process.on('disconnect', () => process.exit(0));
