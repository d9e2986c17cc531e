// `npm run bench -- broker`: the embedded broker beside mosquitto and aedes, with the same clients, in turn.

import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Child } from '../child.mjs';
import { header, inTurn, median, row } from '../compare.mjs';
import { throughBroker } from '../flows.mjs';
import { BrokerProcess } from './servers.mjs';

const SUBJECTS = ['ours', 'mosquitto', 'aedes'];
const IDLE = 5000;
const RETAINED = 100_000;

const EVERY = ['bench/#'];
const SHAPES = {
  'fan-in, 50 to 1': { publishers: 50, subscribers: 1, filters: EVERY, fan: 1 },
  'fan-out, 1 to 500': { publishers: 1, subscribers: 500, filters: EVERY, fan: 500 },
  'many to many, 20 to 20': { publishers: 20, subscribers: 20, filters: EVERY, fan: 20 },
};

async function withBroker(name, work) {
  const broker = await BrokerProcess.start(name);
  const clients = new Child(fileURLToPath(new URL('load-child.mjs', import.meta.url)));
  try {
    return await work(broker, clients);
  } finally {
    await clients.stop();
    await broker.stop();
  }
}

/** Deliveries per second, or per second of the broker's processor time. */
function throughput(name, work, { warmUp, duration, cpu }) {
  return withBroker(name, async (broker, clients) => {
    await clients.ask('prepare', { ...work, port: broker.port });
    const measured = clients.ask('measure', { warmUp, duration });
    await new Promise((resolve) => setTimeout(resolve, warmUp));
    const before = broker.cpu();
    const { count, seconds } = await measured;
    return count / (cpu ? broker.cpu() - before : seconds);
  });
}

async function throughputs(options) {
  console.log(header(`deliveries per ${options.cpu ? 'CPU ' : ''}second`, SUBJECTS));
  for (const protocolVersion of options.full ? [4, 5] : [4]) {
    for (const qos of [0, 1, 2]) {
      for (const [shape, work] of Object.entries(SHAPES)) {
        const title = `${shape}, QoS ${qos}${protocolVersion === 5 ? ', MQTT 5' : ''}`;
        if (!title.includes(options.only)) continue;
        const subjects = protocolVersion === 5 ? SUBJECTS.slice(0, 2) : SUBJECTS;
        const target = { ...work, qos, protocolVersion, bytes: 100 };
        const measures = subjects.map((name) => [name, () => throughput(name, target, options)]);
        console.log(row(title, await inTurn(Object.fromEntries(measures), options.rounds)));
      }
    }
  }
}

/** What rights cost: each publication is checked, and with narrow rights each delivery, too. The matching right is the last. */
async function rights(options) {
  const subjects = ['ours', 'ours, 10 rights', 'ours, 100 rights', 'ours, 10 narrow', 'ours, 100 narrow'];
  const figure = `deliveries per ${options.cpu ? 'CPU ' : ''}second`;
  console.log(`\n${header(`rights: ${figure}`, subjects)}`);
  for (const qos of [0, 1]) {
    for (const [shape, work] of Object.entries(SHAPES)) {
      const target = { ...work, qos, protocolVersion: 4, bytes: 100 };
      const measures = subjects.map((name) => [name, () => throughput(name, target, options)]);
      console.log(row(`${shape}, QoS ${qos}`, await inTurn(Object.fromEntries(measures), options.rounds)));
    }
  }
}

/** The clients that are there before memory is measured, since the first ones have code and tables loaded. */
const EARLY = 200;

/** Bytes of memory for each idle client, and the share of a processor for the first of them. */
async function idle({ rounds, duration }) {
  console.log(
    `\n| ${IDLE.toLocaleString('en-US')} idle clients | bytes each | of as many more | % of a processor |\n|---|---|---|---|`,
  );
  for (const name of SUBJECTS) {
    const figures = [];
    for (let round = 0; round < rounds; round++) {
      figures.push(
        await withBroker(name, async (broker, clients) => {
          await clients.ask('idle', { count: EARLY, keepAlive: 60, port: broker.port, protocolVersion: 4 });
          const before = await broker.memory();
          await clients.ask('more', { count: IDLE });
          const bytes = ((await broker.memory()) - before) / IDLE;
          const cpu = broker.cpu();
          await new Promise((resolve) => setTimeout(resolve, duration * 3));
          const share = (broker.cpu() - cpu) / ((duration * 3) / 1000);
          const first = await broker.memory();
          await clients.ask('more', { count: IDLE });
          return { bytes, more: ((await broker.memory()) - first) / IDLE, share };
        }),
      );
    }
    const [bytes, more] = ['bytes', 'more'].map((which) =>
      Math.round(median(figures.map((each) => each[which]))).toLocaleString('en-US'),
    );
    console.log(`| ${name} | ${bytes} | ${more} | ${(100 * median(figures.map(({ share }) => share))).toFixed(1)} |`);
  }
}

/** What retained topics take, and how long it takes to be given all of them. */
async function retained({ rounds }) {
  console.log(`\n| ${RETAINED.toLocaleString('en-US')} retained topics | bytes each | ms for \`#\` |\n|---|---|---|`);
  for (const name of SUBJECTS) {
    const figures = [];
    for (let round = 0; round < rounds; round++) {
      figures.push(
        await withBroker(name, async (broker, clients) => {
          const target = { count: RETAINED, port: broker.port, protocolVersion: 4 };
          const before = await broker.memory();
          await clients.ask('retain', { ...target, bytes: 100 });
          const bytes = ((await broker.memory()) - before) / RETAINED;
          return { bytes, ms: (await clients.ask('replay', target)).ms };
        }),
      );
    }
    const bytes = Math.round(median(figures.map((each) => each.bytes))).toLocaleString('en-US');
    console.log(`| ${name} | ${bytes} | ${Math.round(median(figures.map(({ ms }) => ms)))} |`);
  }
}

/** How long the broker takes to start with retained topics on disk, and without: ms. */
async function start({ rounds }) {
  const figures = [];
  for (let round = 0; round < rounds; round++) {
    figures.push(
      await withBroker('ours on disk', async (broker, clients) => {
        const empty = await broker.restart();
        await clients.ask('retain', { count: RETAINED, port: broker.port, protocolVersion: 4, bytes: 100 });
        return { empty, full: await broker.restart() };
      }),
    );
  }
  const [empty, full] = ['empty', 'full'].map((which) => Math.round(median(figures.map((each) => each[which]))));
  console.log(`\nstart of the process until it listens: ${empty} ms, with ${RETAINED} retained topics ${full} ms`);
}

/** s for the nodes to connect and subscribe */
const CONNECTED = 3;

/** Messages per second from a publish node to a subscribe node of the same Node-RED. */
async function throughNodes(port, qos, { warmUp, duration, cpu }) {
  const nodeRed = new Child(fileURLToPath(new URL('../node-red-child.mjs', import.meta.url)));
  try {
    await nodeRed.ask('run', { flow: throughBroker({ port, qos, bytes: 200, window: 100 }) });
    await new Promise((resolve) => setTimeout(resolve, CONNECTED * 1000));
    await nodeRed.ask('start');
    await nodeRed.ask('measure', { ms: warmUp });
    const measured = await nodeRed.ask('measure', { ms: duration });
    return cpu ? 1e6 / measured.cpu : measured.rate;
  } finally {
    await nodeRed.stop();
  }
}

async function inProcess(options) {
  const subjects = ['ours', 'mosquitto'];
  console.log(
    `\n${header(`node to node, messages per ${options.cpu ? 'CPU second of Node-RED' : 'second'}`, subjects)}`,
  );
  for (const qos of [0, 1, 2]) {
    const measures = {
      ours: () => throughNodes(undefined, qos, options),
      mosquitto: () => withBroker('mosquitto', ({ port }) => throughNodes(port, qos, options)),
    };
    console.log(row(`in process, QoS ${qos}`, await inTurn(measures, options.rounds)));
  }
}

/** Prints a table for each kind of work; see run.mjs for the options. */
export async function broker(options) {
  console.log(`load of the machine: ${loadavg()[0].toFixed(1)}`);
  // `--only` may name another table.
  if (options.only === '' || options.only.includes('QoS')) await throughputs(options);
  if ('rights'.includes(options.only)) await rights(options);
  if ('idle'.includes(options.only)) await idle(options);
  if ('retained'.includes(options.only)) await retained(options);
  if ('start'.includes(options.only)) await start(options);
  if ('in process, QoS'.includes(options.only)) await inProcess(options);
  console.log(`load of the machine: ${loadavg()[0].toFixed(1)}`);
}
