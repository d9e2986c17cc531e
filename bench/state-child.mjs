// Measures the state of topics alone, in a process of its own: the memory of a topic, and how long a look-up takes.

import { createRequire } from 'node:module';
import { median } from './compare.mjs';

const require = createRequire(import.meta.url);
const { parseTopicFilter } = require('../build/src/core/topics/topic-filter.js');
const { TopicStates } = require('../build/src/core/state/topic-states.js');
const { heapInUse } = require('../build/test/helpers/process/heap.js');

const VALUES = {
  number: () => 20.5,
  'text of 50 characters': (i) => `${i}`.padEnd(50, 'x'),
  'object of 3 numbers': (i) => ({ temperature: i, humidity: i + 1, battery: 3 }),
};

const FILTERS = [
  'plant/5/machine/5/temperature',
  'plant/+/machine/777/temperature',
  'plant/5/+/+/temperature',
  'plant/5/#',
  'machine/+/state',
  '#',
];

function filled(count, payloadOf) {
  const limits = { topics: 2 * count, bytes: Number.MAX_SAFE_INTEGER, unused: 0 };
  const rules = [{ kind: 'time', after: 3_600_000 }];
  const nothing = () => {};
  const states = new TopicStates(
    { limits, first: true, firstRetained: false, pace: 0, rules },
    { ruleOf: () => 0, changed: nothing, fellSilent: nothing, spoke: nothing },
  );
  for (let i = 0; i < count; i++) {
    const payload = payloadOf(i);
    const topic = Buffer.from(`plant/${i % 100}/machine/${i}/temperature`).toString();
    states.take({ topic, value: { payload, qos: 0, retain: false }, compared: payload, replayed: false }, i);
  }
  return states;
}

function lookup(states, text) {
  const { filter } = parseTopicFilter(text);
  const times = [];
  let found = 0;
  for (let i = 0; i < 51; i++) {
    const begun = performance.now();
    found = states.records.match(filter).length;
    times.push(performance.now() - begun);
  }
  return { filter: text, found, ms: median(times) };
}

process.on('message', ({ kind, count }) => {
  const bytes = {};
  let states;
  for (const [name, payloadOf] of Object.entries(VALUES)) {
    states = undefined;
    const before = heapInUse();
    states = filled(count, payloadOf);
    bytes[name] = (heapInUse() - before) / count;
  }
  process.send({ kind, bytes, lookups: FILTERS.map((filter) => lookup(states, filter)) });
});
process.on('disconnect', () => process.exit(0));
