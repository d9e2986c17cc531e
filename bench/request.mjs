// `npm run bench -- request`: the round trip from a flow to a responder and back, through mosquitto: how long one of the fastest tenth
// takes, since other work delays the rest, and how many there are in a second of processor time. The floor is mqtt.js by hand: a response topic, a map of correlation data, a timer. Needs mosquitto.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Child } from './child.mjs';
import { header, inTurn, row } from './compare.mjs';
import { REQUEST } from './flows.mjs';

const require = createRequire(import.meta.url);
const { Mosquitto } = require('../build/test/helpers/servers/mosquitto.js');

function script(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

async function measureRequests(flow, work, { warmUp, duration }) {
  const server = await Mosquitto.start({ config: ['log_type none', 'set_tcp_nodelay true'] });
  const responder = new Child(script('responder-child.mjs'));
  const nodeRed = new Child(script('node-red-child.mjs'));
  try {
    await responder.ask('respond', { port: server.port });
    await nodeRed.ask('run', { flow: flow({ ...work, port: server.port }) });
    await nodeRed.ask('start');
    await nodeRed.ask('measure', { ms: warmUp });
    const measured = await nodeRed.ask('measure', { ms: duration });
    return work.window === 1 ? measured.time * 1000 : 1e6 / measured.cpu;
  } finally {
    await Promise.all([responder.stop(), nodeRed.stop()]);
    await server.stop();
  }
}

/** At QoS 1, mqtt.js waits for TCP (Nagle's algorithm and delayed acknowledgements). */
const WORKS = [0, 1].map((qos) => ({ name: `QoS ${qos}`, qos }));

/** Prints a line for each work; see run.mjs for the options. */
export async function request(options) {
  const subjects = Object.keys(REQUEST);
  for (const [title, window] of [
    ['a round trip alone, µs', 1],
    ['100 at a time, round trips per CPU second', 100],
  ]) {
    console.log(header(title, subjects));
    for (const { name, qos } of WORKS) {
      if (!name.includes(options.only)) continue;
      const work = { qos, window, bytes: 200 };
      const measures = subjects.map((subject) => [subject, () => measureRequests(REQUEST[subject], work, options)]);
      console.log(row(name, await inTurn(Object.fromEntries(measures), options.rounds)));
    }
    console.log();
  }
}
