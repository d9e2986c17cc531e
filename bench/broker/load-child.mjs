// The clients of a comparison, in a process of their own: bare sockets, prepared packets, and no more looked at of what
// comes than has to be.

import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { generate } from 'mqtt-packet';
import { PacketScanner } from '../packet-scanner.mjs';

const PUBLISH = 3;
const PUBACK = 4;
const PUBREC = 5;
const PUBREL = 6;
const PUBCOMP = 7;

/** Publications of one publisher that are on their way at QoS 1 and 2; mosquitto refuses more than 20. */
const WINDOW = 10;
/** Publications that are on their way in all, at QoS 0. */
const PLAIN_WINDOW = 400;
/** Publications that are written at once at QoS 0. */
const BATCH = 20;

let protocolVersion = 4;
let port;
let names = 0;

async function open(onData) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const clientId = `bench-${process.pid}-${names++}`;
  const packet = { cmd: 'connect', protocolId: 'MQTT', protocolVersion, clientId, clean: true, keepalive: 0 };
  socket.write(generate(packet, { protocolVersion }));
  await once(socket, 'data');
  socket.on('error', (error) => console.error(clientId, error.message));
  if (onData) socket.on('data', onData);
  return socket;
}

async function subscribe(socket, topics, qos) {
  const subscriptions = topics.map((topic) => ({ topic, qos }));
  socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions }, { protocolVersion }));
  await once(socket, 'data');
}

function acknowledgement(kind, identifier) {
  return Buffer.from([(kind << 4) | (kind === PUBREL ? 2 : 0), 2, identifier >> 8, identifier & 255]);
}

/** One comparison: publishers, subscribers, and how much may be on its way between them. */
class Traffic {
  received = 0;
  #sent = 0;
  #fan;
  #qos;
  #publishers = [];
  #next = 0;
  #stopped = false;

  /** `fan`: deliveries of one publication. */
  constructor(fan, qos) {
    this.#fan = fan;
    this.#qos = qos;
  }

  async addSubscriber(topics, bytes) {
    const socket = await open();
    await subscribe(socket, topics, this.#qos);
    if (this.#qos === 0) {
      // All packets have the same length.
      let count = 0;
      socket.on('data', ({ length }) => {
        count += length;
        const whole = Math.floor(count / bytes);
        count -= whole * bytes;
        this.received += whole;
        this.#refill();
      });
      return;
    }
    const scanner = new PacketScanner();
    socket.on('data', (data) => {
      const answers = [];
      scanner.scan(data, (kind, packet, body) => {
        if (kind === PUBREL) answers.push(acknowledgement(PUBCOMP, packet.readUInt16BE(body)));
        if (kind !== PUBLISH) return;
        this.received++;
        const identifier = packet.readUInt16BE(body + 2 + packet.readUInt16BE(body));
        answers.push(acknowledgement(this.#qos === 1 ? PUBACK : PUBREC, identifier));
      });
      if (answers.length > 0) socket.write(Buffer.concat(answers));
      this.#refill();
    });
  }

  async addPublisher(packet, identifierAt) {
    const scanner = new PacketScanner();
    const publisher = { free: [] };
    const socket = await open((data) => {
      const answers = [];
      scanner.scan(data, (kind, bytes, body) => {
        const identifier = bytes.readUInt16BE(body);
        if (kind === PUBREC) answers.push(acknowledgement(PUBREL, identifier));
        if (kind === PUBACK || kind === PUBCOMP) publisher.free.push(identifier);
      });
      if (answers.length > 0) socket.write(Buffer.concat(answers));
      if (publisher.free.length > 0) this.#refill();
    });
    if (this.#qos === 0) publisher.chunk = Buffer.concat(Array(BATCH).fill(packet));
    else for (let identifier = 1; identifier <= WINDOW; identifier++) publisher.free.push(identifier);
    this.#publishers.push(Object.assign(publisher, { socket, packet, identifierAt }));
  }

  start() {
    this.#refill();
  }

  stop() {
    this.#stopped = true;
  }

  get #room() {
    if (this.#stopped) return 0;
    const window = this.#qos === 0 ? PLAIN_WINDOW : WINDOW * this.#publishers.length;
    return window - (this.#sent - this.received / this.#fan);
  }

  #refill() {
    let idle = 0;
    while (idle < this.#publishers.length) {
      const room = this.#room;
      if (room < (this.#qos === 0 ? BATCH : 1)) return;
      const publisher = this.#publishers[this.#next++ % this.#publishers.length];
      if (this.#qos === 0) {
        publisher.socket.write(publisher.chunk);
        this.#sent += BATCH;
        continue;
      }
      const identifiers = publisher.free.splice(0, Math.floor(room));
      if (identifiers.length === 0) {
        idle++;
        continue;
      }
      idle = 0;
      this.#sent += identifiers.length;
      publisher.socket.write(
        Buffer.concat(
          identifiers.map((identifier) => {
            const own = Buffer.from(publisher.packet);
            own.writeUInt16BE(identifier, publisher.identifierAt);
            return own;
          }),
        ),
      );
    }
  }
}

let traffic;
const idle = [];

/** The requests of the parent process. */
const answers = {
  /** `publishers` with a topic each, of `topics` in turn; `subscribers` with all of `filters` each. */
  async prepare({ publishers, subscribers, filters, fan, qos, bytes, ...target }) {
    ({ port, protocolVersion } = target);
    traffic = new Traffic(fan, qos);
    const packets = Array.from({ length: publishers }, (_, number) => {
      const topic = `bench/${String(number).padStart(3, '0')}`;
      const publication = { cmd: 'publish', topic, payload: Buffer.alloc(bytes, 'x'), qos, messageId: 1 };
      return { topic, packet: generate({ ...publication, retain: false, dup: false }, { protocolVersion }) };
    });
    for (let number = 0; number < subscribers; number++) await traffic.addSubscriber(filters, packets[0].packet.length);
    for (const { topic, packet } of packets) {
      const header = packet[1] < 0x80 ? 2 : 3;
      await traffic.addPublisher(packet, header + 2 + Buffer.byteLength(topic));
    }
  },
  async measure({ warmUp, duration }) {
    traffic.start();
    await delay(warmUp);
    const before = traffic.received;
    const start = performance.now();
    const cpu = process.cpuUsage();
    await delay(duration);
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return { count: traffic.received - before, seconds, load: (user + system) / 1e6 / seconds };
  },
  /** Connects so many clients. They, and those that follow, only say PINGREQ, each every `keepAlive` s. */
  async idle({ count, keepAlive, ...target }) {
    ({ port, protocolVersion } = target);
    await this.more({ count });
    const ping = Buffer.from([0xc0, 0]);
    let next = 0;
    setInterval(() => {
      for (let left = idle.length / keepAlive / 10; left > 0; left--) idle[next++ % idle.length].write(ping);
    }, 100);
  },
  /** Connects so many clients more. */
  async more({ count }) {
    const all = idle.length + count;
    while (idle.length < all) {
      const missing = Math.min(100, all - idle.length);
      idle.push(...(await Promise.all(Array.from({ length: missing }, () => open(() => {})))));
    }
  },
  /** Publishes `count` retained topics at QoS 1. */
  async retain({ count, bytes, ...target }) {
    ({ port, protocolVersion } = target);
    const scanner = new PacketScanner();
    const payload = Buffer.alloc(bytes, 'x');
    let sent = 0;
    let answered = 0;
    let done;
    const finished = new Promise((resolve) => {
      done = resolve;
    });
    const next = () => {
      const packets = [];
      while (sent < count && sent - answered < WINDOW * 2) {
        sent++;
        const topic = `home/${sent % 100}/device-${sent}/state`;
        const publication = { cmd: 'publish', topic, payload, qos: 1, retain: true, messageId: 1 + (sent % 65_000) };
        packets.push(generate({ ...publication, dup: false }, { protocolVersion }));
      }
      if (packets.length > 0) socket.write(Buffer.concat(packets));
    };
    const socket = await open((data) => {
      scanner.scan(data, (kind) => {
        if (kind === PUBACK) answered++;
      });
      if (answered === count) done();
      else next();
    });
    next();
    await finished;
    socket.destroy();
  },
  /** Subscribes to everything, and waits for `count` retained messages: ms. */
  async replay({ count, ...target }) {
    ({ port, protocolVersion } = target);
    const scanner = new PacketScanner();
    let received = 0;
    let done;
    const finished = new Promise((resolve) => {
      done = resolve;
    });
    const socket = await open((data) => {
      scanner.scan(data, (kind) => {
        if (kind === PUBLISH) received++;
      });
      if (received === count) done();
    });
    const start = performance.now();
    socket.write(
      generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] }, { protocolVersion }),
    );
    await finished;
    socket.destroy();
    return { ms: performance.now() - start };
  },
};

process.on('message', async ({ kind, ...content }) => {
  process.send({ kind, ...(await answers[kind](content)) });
});
process.on('disconnect', () => process.exit(0));
