// `npm run bench -- formats`: messages per second in each payload format, through a subscribe node that decodes it, and with
// the library of the format alone: behind mqtt.js (the floor), and in a function node behind Node-RED's own MQTT node; then beside
// the popular nodes for a single format.

import { createRequire } from 'node:module';
import { header, inTurn, row, withProcesses } from './compare.mjs';
import { FORMATS } from './flows.mjs';
import { installSingleNodes } from './single-nodes.mjs';

const require = createRequire(import.meta.url);
const { DEFAULT_OPTIONS, findCodec } = require('../build/src/core/payloads/formats/find-codec.js');

const SCHEMA = `syntax = "proto3";
message Report { string site = 1; uint32 count = 2; repeated Reading readings = 3; }
message Reading { string sensor = 1; double value = 2; bool ok = 3; }`;

/** About 1 kB as JSON. */
const REPORT = {
  site: 'plant',
  count: 20,
  readings: Array.from({ length: 20 }, (_, index) => ({ sensor: `line-${index}`, value: index * 1.25, ok: true })),
};
const METRICS = {
  timestamp: 1_700_000_000_000,
  seq: 1,
  metrics: Array.from({ length: 50 }, (_, index) => ({
    ...{ name: `Line/Machine ${index}/Temperature`, type: 'Double', value: index * 1.25, timestamp: 1_700_000_000_000 },
  })),
};

const WORKS = {
  'JSON, 1 kB': { format: 'json', value: REPORT },
  CBOR: { format: 'cbor', value: REPORT },
  MessagePack: { format: 'messagepack', value: REPORT },
  Protobuf: { format: 'protobuf', value: REPORT, schema: SCHEMA, messageType: 'Report' },
  'Sparkplug, 50 metrics': { format: 'sparkplug', value: METRICS, topic: 'spBv1.0/plant/NDATA/edge' },
  'gzip+JSON, 1 kB': { format: 'json', compression: 'gzip', value: REPORT },
};

/** What the popular nodes for a single format read. */
const SINGLE_WORKS = {
  'JSON, 1 kB': WORKS['JSON, 1 kB'],
  MessagePack: WORKS.MessagePack,
  'Base64, 1 kB': { format: 'base64', value: Buffer.alloc(1024, 7) },
};

function payloadOf({ format, compression, value, schema, messageType }) {
  const name = compression ? `${compression}+${format}` : format;
  const formatOptions = schema ? { protobuf: { schema, messageType } } : {};
  const codec = findCodec(name, { ...DEFAULT_OPTIONS, formatOptions });
  const encoded = codec.ok ? codec.value.encode(value) : { ok: false, problem: codec.error.code, detail: '' };
  if (!encoded.ok) throw new Error(`${name}: ${encoded.problem} ${encoded.detail}`);
  return Buffer.from(encoded.payload).toString('base64');
}

function measureFormat(flow, work, { warmUp, duration, cpu }, nodesDirs = []) {
  return withProcesses(async (server, nodeRed) => {
    const { port } = await server.ask('listen');
    await nodeRed.ask('run', { flow: flow({ ...work, port }), nodesDirs });
    await server.ask('subscribed', { filters: 1 });
    const payload = payloadOf(work);
    const { topic, protocolVersion } = work;
    await server.ask('send', { topics: [topic], payload, encoding: 'base64', qos: 0, bursts: false, protocolVersion });
    await nodeRed.ask('measure', { ms: warmUp });
    const measured = await nodeRed.ask('measure', { ms: duration });
    return cpu ? 1e6 / measured.cpu : measured.rate;
  });
}

/** Prints two tables with a line for each format: beside its library, and beside the popular node for it. See run.mjs. */
export async function formats(options) {
  await table('formats', ['library', 'function node', 'ours'], WORKS, options);
  console.log();
  await table('single-purpose nodes', ['single node', 'ours'], SINGLE_WORKS, options, installSingleNodes());
}

async function table(title, subjects, works, options, nodesDirs) {
  console.log(header(`${title}, messages per ${options.cpu ? 'CPU ' : ''}second`, subjects));
  for (const [name, { topic = 'bench/0', ...work }] of Object.entries(works)) {
    if (!name.includes(options.only)) continue;
    const whole = { ...work, topic, protocolVersion: 4 };
    const measures = subjects.map((one) => [one, () => measureFormat(FORMATS[one], whole, options, nodesDirs)]);
    console.log(row(name, await inTurn(Object.fromEntries(measures), options.rounds)));
  }
}
