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
const SUBJECTS = ['by hand', 'ours'];
/** s */
const SILENT_AFTER = 3600;

function flowWith(count, subject, first, nodes) {
  const source = { id: 'source', type: 'bench-values', z: 'tab', count, subject, window: WINDOW, wires: [first] };
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
  'by hand': (count) =>
    flowWith(
      count,
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
  ours: (count) =>
    flowWith(
      count,
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

async function measure(flow, count, { duration }) {
  const nodeRed = new Child(fileURLToPath(new URL('node-red-child.mjs', import.meta.url)));
  try {
    await nodeRed.ask('run', { flow });
    await nodeRed.ask('start');
    // Until every topic is known.
    for (let seen = 0, turns = 0; seen < count; turns++) {
      const begun = performance.now();
      const { rate } = await nodeRed.ask('measure', { ms: 500 });
      if (seen === 0 && turns > 20) throw new Error('Nothing comes through.');
      seen += (rate * (performance.now() - begun)) / 1000;
    }
    return 1e6 / (await nodeRed.ask('measure', { ms: duration })).cpu;
  } finally {
    await nodeRed.stop();
  }
}

/** Prints a line for each number of topics, then the memory and the look-ups; see run.mjs for the options. */
export async function state(options) {
  console.log(
    `| values in, changes out: messages per CPU second | ${SUBJECTS.join(' | ')} | ours / by hand |\n|---|---|---|---|`,
  );
  for (const count of COUNTS) {
    const name = `${count.toLocaleString('en-US')} topics`;
    if (!name.includes(options.only)) continue;
    const measures = SUBJECTS.map((subject) => [subject, () => measure(FLOWS[subject](count), count, options)]);
    const figures = await inTurn(Object.fromEntries(measures), options.rounds);
    const cells = SUBJECTS.map((subject) => Math.round(figures[subject]).toLocaleString('en-US'));
    console.log(`| ${[name, ...cells, (figures.ours / figures['by hand']).toFixed(2)].join(' | ')} |`);
  }
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
