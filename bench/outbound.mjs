// `npm run bench -- outbound`: messages per second from a flow to the server, 100 of them unfinished at any time.

import { header, inTurn, row, withProcesses } from './compare.mjs';
import { OUTBOUND } from './flows.mjs';

/** messages in the publish node or in flight at once */
const WINDOW = 100;

function measureOutbound(flow, work, { warmUp, duration, cpu }) {
  return withProcesses(async (server, nodeRed) => {
    const { port } = await server.ask('listen');
    await nodeRed.ask('run', { flow: flow({ ...work, port, window: WINDOW }) });
    await server.ask('connected');
    await server.ask('receive');
    await nodeRed.ask('start');
    await nodeRed.ask('measure', { ms: warmUp });
    // Messages that have reached the server count, not those that a node reports as done.
    const before = await server.ask('received');
    const measured = await nodeRed.ask('measure', { ms: duration });
    if (cpu) return 1e6 / measured.cpu;
    const after = await server.ask('received');
    return ((after.count - before.count) * 1000) / (after.at - before.at);
  });
}

function* works({ full }) {
  for (const protocolVersion of [4, 5]) {
    for (const qos of [0, 1]) {
      for (const bytes of full ? [20, 200, 10_000] : [200]) {
        const name = `MQTT ${protocolVersion === 5 ? '5' : '3.1.1'}, QoS ${qos}, ${bytes} B`;
        yield { name, work: { qos, protocolVersion, bytes } };
      }
    }
  }
}

/** Prints a line for each work; see run.mjs for the options. */
export async function outbound(options) {
  const subjects = Object.keys(OUTBOUND);
  console.log(header(`outbound, messages per ${options.cpu ? 'CPU ' : ''}second`, subjects));
  for (const { name, work } of works(options)) {
    if (!name.includes(options.only)) continue;
    const measures = subjects.map((subject) => [subject, () => measureOutbound(OUTBOUND[subject], work, options)]);
    console.log(row(name, await inTurn(Object.fromEntries(measures), options.rounds)));
  }
}
