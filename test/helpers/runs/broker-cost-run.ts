// What it costs the embedded broker to remember, in memory and on disk: how many publications of one device it acknowledges
// in a second, and the time of the processor for each, that of the devices included.

import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { generate, type Packet, parser } from 'mqtt-packet';
import { silentListener } from '#src/broker/clients/broker-listener';
import { BrokerLevelStore } from '#src/runtime/storage/broker-level-store';
import { EmbeddedBroker } from '#src/transport/embedded/embedded-broker';
import { emptyUserDir } from '../flows/node-red-process';
import { NumberedDevice } from '../servers/numbered-device';
import { openPort } from '../servers/open-port';

/** Who has to be remembered for. */
export type Keeper = 'nobody' | 'retained' | 'a session that is away' | 'a session that is there';

export interface BrokerCostRun {
  readonly messages: number;
  /** bytes */
  readonly size: number;
  readonly qos: 1 | 2;
  readonly keeper: Keeper;
  readonly store: 'memory' | 'disk';
}

/** Publications without an answer at a time. */
const WINDOW = 200;
const TOPICS = 1000;

export interface BrokerCostResult {
  /** Acknowledged publications in a second. */
  readonly rate: number;
  /** µs of the processor for each, in all threads of this process. */
  readonly processor: number;
}

export async function runBrokerCost(run: BrokerCostRun): Promise<BrokerCostResult> {
  const folder = emptyUserDir();
  const store = run.store === 'disk' ? { store: new BrokerLevelStore(join(folder, 'x.broker')) } : {};
  const broker = new EmbeddedBroker({
    listener: silentListener,
    // All of them may wait.
    settings: { waiting: { count: 1_000_000, bytes: 1e9 }, waitingBytes: 1e9 },
    ...store,
  });
  const port = await openPort(broker);
  const device = new NumberedDevice({ port, clientId: 'keeper', protocolVersion: 5, qos: run.qos, filter: 'cost/#' });
  if (run.keeper.startsWith('a session')) await device.come();
  if (run.keeper === 'a session that is away') device.goAway();
  const before = process.cpuUsage();
  const rate = await publishAll(port, run);
  const { user, system } = process.cpuUsage(before);
  device.goAway();
  await broker.close();
  rmSync(folder, { recursive: true });
  return { rate, processor: (user + system) / run.messages };
}

function publishAll(port: number, { messages, size, qos, keeper }: BrokerCostRun): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    const reader = parser({ protocolVersion: 5 });
    const payload = 'x'.repeat(size - 10);
    const retain = keeper === 'retained';
    let next = 0;
    let settled = 0;
    let started = 0;
    const send = (packet: Packet): void => void socket.write(generate(packet, { protocolVersion: 5 }));
    const publish = (): void => {
      const number = next++;
      const messageId = (number % 60_000) + 1;
      const text = String(number).padStart(10, '0') + payload;
      send({ cmd: 'publish', topic: `cost/${number % TOPICS}`, payload: text, qos, retain, dup: false, messageId });
    };
    reader.on('packet', (packet) => {
      if (packet.cmd === 'connack') {
        started = performance.now();
        socket.cork();
        while (next < Math.min(WINDOW, messages)) publish();
        socket.uncork();
      } else if (packet.cmd === 'pubrec') {
        send({ cmd: 'pubrel', messageId: packet.messageId ?? 0 });
      } else if (packet.cmd === 'puback' || packet.cmd === 'pubcomp') {
        if (++settled === messages) {
          socket.destroy();
          resolve((messages * 1000) / (performance.now() - started));
        } else if (next < messages) publish();
      }
    });
    socket.on('data', (data) => {
      socket.cork();
      reader.parse(data);
      socket.uncork();
    });
    send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId: 'publisher', clean: true, keepalive: 0 });
  });
}
