// `npm run bench -- outbox`: messages per second that a publish node is told are in the outbox, in memory, on disk, and on
// disk with each write waiting for the disk; while the server is away and while it takes what comes.

import { createServer } from 'node:net';
import { header, inTurn, row, withProcesses } from './compare.mjs';
import { OUTBOX } from './flows.mjs';

/** messages that the outbox has not accepted yet: enough to make batched writes worthwhile */
const WINDOW = 1000;

/** A port without a listener. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function measureOutbox(flow, { away, ...work }, { warmUp, duration, cpu }) {
  return withProcesses(async (server, nodeRed) => {
    const { port } = away ? { port: await freePort() } : await server.ask('listen');
    await nodeRed.ask('run', { flow: flow({ ...work, port, protocolVersion: 5, window: WINDOW }) });
    if (!away) {
      await server.ask('connected');
      await server.ask('receive');
    }
    await nodeRed.ask('start');
    await nodeRed.ask('measure', { ms: warmUp });
    const measured = await nodeRed.ask('measure', { ms: duration });
    return cpu ? 1e6 / measured.cpu : measured.rate;
  });
}

const WORKS = [
  { name: 'server away, QoS 1, 200 B', work: { away: true, qos: 1, bytes: 200 } },
  { name: 'server takes all, QoS 0, 200 B', work: { away: false, qos: 0, bytes: 200 } },
  { name: 'server takes all, QoS 1, 200 B', work: { away: false, qos: 1, bytes: 200 } },
];

/** Prints a line for each work; see run.mjs for the options. */
export async function outbox(options) {
  const subjects = Object.keys(OUTBOX);
  console.log(header(`accepted by the outbox, messages per ${options.cpu ? 'CPU ' : ''}second`, subjects, 'memory'));
  for (const { name, work } of WORKS) {
    if (!name.includes(options.only)) continue;
    const measures = subjects.map((subject) => [subject, () => measureOutbox(OUTBOX[subject], work, options)]);
    console.log(row(name, await inTurn(Object.fromEntries(measures), options.rounds), 'memory'));
  }
}
