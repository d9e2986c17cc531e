// `npm run bench -- formats`: messages per second in each payload format, through a subscribe node that decodes it, and with
// the library of the format alone: behind mqtt.js (the floor), and in a function node behind Node-RED's own MQTT node.

import { createRequire } from 'node:module';
import { header, inTurn, row, withProcesses } from './compare.mjs';
import { FORMATS } from './flows.mjs';

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

function payloadOf({ format, compression, value, schema, messageType }) {
  const name = compression ? `${compression}+${format}` : format;
  const formatOptions = schema ? { protobuf: { schema, messageType } } : {};
  const codec = findCodec(name, { ...DEFAULT_OPTIONS, formatOptions });
  const encoded = codec.ok ? codec.value.encode(value) : { ok: false, problem: codec.error.code, detail: '' };
  if (!encoded.ok) throw new Error(`${name}: ${encoded.problem} ${encoded.detail}`);
  return Buffer.from(encoded.payload).toString('base64');
}

function measureFormat(flow, work, { warmUp, duration, cpu }) {
  return withProcesses(async (server, nodeRed) => {
    const { port } = await server.ask('listen');
    await nodeRed.ask('run', { flow: flow({ ...work, port }) });
    await server.ask('subscribed', { filters: 1 });
    const payload = payloadOf(work);
    const { topic, protocolVersion } = work;
    await server.ask('send', { topics: [topic], payload, encoding: 'base64', qos: 0, bursts: false, protocolVersion });
    await nodeRed.ask('measure', { ms: warmUp });
    const measured = await nodeRed.ask('measure', { ms: duration });
    return cpu ? 1e6 / measured.cpu : measured.rate;
  });
}

/** Prints a line for each format. See run.mjs for the options. */
export async function formats(options) {
  const subjects = Object.keys(FORMATS);
  console.log(header(`formats, messages per ${options.cpu ? 'CPU ' : ''}second`, subjects));
  for (const [name, { topic = 'bench/0', ...work }] of Object.entries(WORKS)) {
    if (!name.includes(options.only)) continue;
    const whole = { ...work, topic, protocolVersion: 4 };
    const measures = subjects.map((subject) => [subject, () => measureFormat(FORMATS[subject], whole, options)]);
    console.log(row(name, await inTurn(Object.fromEntries(measures), options.rounds)));
  }
}
