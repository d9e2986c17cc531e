// `npm run bench -- inbound`: messages per second from the server's socket to a node behind the subscribe nodes.

import { header, inTurn, row, withProcesses } from './compare.mjs';
import { INBOUND } from './flows.mjs';

/** QoS 1 publications that the server has unacknowledged at once. */
const WINDOW = 100;

const PAYLOADS = {
  '20 B': { payload: 'x'.repeat(20), json: false },
  '200 B': { payload: 'x'.repeat(200), json: false },
  '10 kB JSON': { payload: jsonOf(10_000), json: true },
  '1 MB': { payload: 'x'.repeat(1_000_000), json: false },
};

/**
 * A server sends QoS 1 publications one by one, as its window allows, or in whole windows, which shows whether small
 * packets are delayed.
 */
const WAYS = [
  { qos: 0, way: '0', bursts: false },
  { qos: 1, way: '1', bursts: false },
  { qos: 1, way: '1 in bursts', bursts: true },
];

function jsonOf(bytes) {
  const readings = [];
  while (JSON.stringify(readings).length < bytes) {
    readings.push({ sensor: `line-${readings.length}`, value: readings.length * 1.25, ok: true });
  }
  return JSON.stringify(readings);
}

function measureInbound({ filters, flow }, work, { warmUp, duration, cpu }) {
  return withProcesses(async (server, nodeRed) => {
    const { port } = await server.ask('listen');
    await nodeRed.ask('run', { flow: flow({ ...work, port }) });
    await server.ask('subscribed', { filters: filters(work) });
    const { topics, payload, qos, bursts, protocolVersion } = work;
    await server.ask('send', { topics, payload, qos, bursts, protocolVersion, window: WINDOW });
    await nodeRed.ask('measure', { ms: warmUp });
    const measured = await nodeRed.ask('measure', { ms: duration });
    return cpu ? 1e6 / measured.cpu : measured.rate;
  });
}

function* works({ full }) {
  for (const protocolVersion of [4, 5]) {
    for (const { qos, way, bursts } of WAYS) {
      for (const nodes of [1, 100, 1000]) {
        for (const size of Object.keys(PAYLOADS)) {
          const usual = size === '200 B' || (size === '1 MB' && nodes === 1 && protocolVersion === 4 && qos === 0);
          if (!usual && !(full && size !== '1 MB')) continue;
          const topics = Array.from({ length: nodes }, (_, index) => `bench/${index}`);
          const name = `MQTT ${protocolVersion === 5 ? '5' : '3.1.1'}, QoS ${way}, ${nodes} nodes, ${size}`;
          yield { name, work: { topics, qos, bursts, protocolVersion, ...PAYLOADS[size] } };
        }
      }
    }
  }
}

/** Prints a line for each work. See run.mjs for the options. */
export async function inbound(options) {
  const subjects = Object.keys(INBOUND);
  console.log(header(`inbound, messages per ${options.cpu ? 'CPU ' : ''}second`, subjects));
  for (const { name, work } of works(options)) {
    if (!name.includes(options.only)) continue;
    const measures = subjects.map((subject) => [subject, () => measureInbound(INBOUND[subject], work, options)]);
    console.log(row(name, await inTurn(Object.fromEntries(measures), options.rounds)));
  }
}
