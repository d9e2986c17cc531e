// `npm run bench -- state`: values of many topics in, changes out, by a topic state node and by the nodes that it takes the
// place of: a function node that keeps the last values in a context, a filter node and a trigger node. Messages per second of
// CPU time, each in a Node-RED of its own. Then the memory of the state alone, and its look-ups.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Child } from './child.mjs';
import { inTurn } from './compare.mjs';

const { stateDefaults, stateRowDefaults } = createRequire(import.meta.url)('../build/src/settings/state.config.js');

const WINDOW = 100;
const COUNTS = [100, 10_000, 100_000];
const FIRST_COUNTS = [1000, 5000];
const SUBJECTS = ['by hand', 'ours'];
/** s */
const SILENT_AFTER = 3600;

function flowWith(options, subject, first, nodes) {
  const source = { id: 'source', type: 'bench-values', z: 'tab', ...options, subject, window: WINDOW, wires: [first] };
  return [
    { id: 'tab', type: 'tab', label: 'bench' },
    source,
    ...nodes.map((node) => ({ z: 'tab', x: 0, y: 0, ...node })),
    { id: 'changes', type: 'bench-end', z: 'tab', wires: [] },
    { id: 'alarms', type: 'bench-end', z: 'tab', wires: [] },
  ];
}

const REMEMBER =
  "const last = flow.get('last') ?? {};\nlast[msg.topic] = msg.payload;\nflow.set('last', last);\nreturn msg;";

const FLOWS = {
  'by hand': (options) =>
    flowWith(
      options,
      // A filter node does not say when it is done. What else becomes of a message follows in the same turn or the next.
      'remember',
      ['remember', 'watchdog'],
      [
        {
          id: 'remember',
          type: 'function',
          func: REMEMBER,
          outputs: 1,
          timeout: 0,
          noerr: 0,
          initialize: '',
          finalize: '',
          libs: [],
          wires: [['filter']],
        },
        {
          id: 'filter',
          type: 'rbe',
          func: 'rbe',
          gap: '',
          start: '',
          inout: 'out',
          septopics: true,
          property: 'payload',
          topi: 'topic',
          wires: [['changes']],
        },
        {
          id: 'watchdog',
          type: 'trigger',
          op1: '',
          op2: 'silent',
          op1type: 'nul',
          op2type: 'str',
          duration: String(SILENT_AFTER),
          extend: true,
          overrideDelay: false,
          units: 's',
          reset: '',
          bytopic: 'topic',
          topic: 'topic',
          outputs: 1,
          wires: [['alarms']],
        },
      ],
    ),
  ours: ({ primes: _primes, ...options }) =>
    flowWith(
      options,
      'state',
      ['state'],
      [
        {
          ...stateDefaults,
          id: 'state',
          type: 'mqtt-flows-state',
          input: 'value',
          subscriptions: [{ ...stateRowDefaults, filter: '#', silence: 'time', silentAfter: SILENT_AFTER }],
          wires: [['changes'], ['alarms'], []],
        },
      ],
    ),
};

async function inNodeRed(flow, work) {
  const nodeRed = new Child(fileURLToPath(new URL('node-red-child.mjs', import.meta.url)));
  try {
    await nodeRed.ask('run', { flow });
    await nodeRed.ask('start');
    return await work((ms) => nodeRed.ask('measure', { ms }));
  } finally {
    await nodeRed.stop();
  }
}

/** Messages per CPU second once every topic is known. */
function steady(subject, count, { duration }) {
  // A trigger node counts its topics again for each new one, which takes it hours for 100,000: it is given them.
  const flow = FLOWS[subject]({ count, primes: 'watchdog' });
  return inNodeRed(flow, async (measure) => {
    for (let seen = 0, turns = 0; seen < count; turns++) {
      const begun = performance.now();
      const { rate } = await measure(500);
      if (seen === 0 && turns > 20) throw new Error('Nothing comes through.');
      seen += (rate * (performance.now() - begun)) / 1000;
    }
    return 1e6 / (await measure(duration)).cpu;
  });
}

/** Messages per CPU second while each topic comes for the first time. */
function firstTime(subject, count) {
  return inNodeRed(FLOWS[subject]({ count, total: count }), async (measure) => {
    let micros = 0;
    for (let seen = 0; seen < 0.99 * count; ) {
      const begun = performance.now();
      const { rate, cpu } = await measure(200);
      const messages = (rate * (performance.now() - begun)) / 1000;
      seen += messages;
      if (messages >= 1) micros += messages * cpu;
    }
    return (count * 1e6) / micros;
  });
}

async function table(title, counts, measure, { only, rounds }) {
  console.log(`\n| ${title}: messages per CPU second | ${SUBJECTS.join(' | ')} | ours / by hand |\n|---|---|---|---|`);
  for (const count of counts) {
    const name = `${count.toLocaleString('en-US')} topics`;
    if (!name.includes(only)) continue;
    const subjects = Object.fromEntries(SUBJECTS.map((subject) => [subject, () => measure(subject, count)]));
    const figures = await inTurn(subjects, rounds);
    const cells = SUBJECTS.map((subject) => Math.round(figures[subject]).toLocaleString('en-US'));
    console.log(`| ${[name, ...cells, (figures.ours / figures['by hand']).toFixed(2)].join(' | ')} |`);
  }
}

/** Prints a line for each number of topics, then the memory and the look-ups; see run.mjs for the options. */
export async function state(options) {
  await table('values in, changes out', COUNTS, (subject, count) => steady(subject, count, options), options);
  await table('each topic for the first time', FIRST_COUNTS, firstTime, options);
  const child = new Child(fileURLToPath(new URL('state-child.mjs', import.meta.url)));
  try {
    const { bytes, lookups } = await child.ask('measure', { count: 100_000 });
    console.log('\n| 100,000 topics | B per topic |\n|---|---|');
    for (const [value, size] of Object.entries(bytes)) console.log(`| ${value} | ${Math.round(size)} |`);
    console.log('\n| 100,000 topics: look-up by filter | found | ms |\n|---|---|---|');
    for (const { filter, found, ms } of lookups) console.log(`| \`${filter}\` | ${found} | ${ms.toFixed(3)} |`);
  } finally {
    await child.stop();
  }
}
