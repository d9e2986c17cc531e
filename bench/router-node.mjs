// `npm run bench -- router`: messages per second through a router node, from 10 rules to 100,000 routes, and through a
// Switch node with the same rules as regular expressions; each in a Node-RED of its own.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Child } from './child.mjs';
import { header, inTurn, row } from './compare.mjs';
import { filtersOf, regexOf, topicsOf } from './router-rules.mjs';

const { routerDefaults, ruleDefaults } = createRequire(import.meta.url)('../dist/nodes/router.config.js');
const { filterMatches } = createRequire(import.meta.url)('../build/test/helpers/linear-matcher.js');

const WINDOW = 100;
const COUNTS = [10, 100, 1_000, 100_000];
/** More would take a Switch node longer than anyone waits for a benchmark. */
const MOST_OF_SWITCH = 1_000;

function flowWith(subject, topics, setUp) {
  const source = { id: 'source', type: 'bench-topics', z: 'tab', subject: 'subject', window: WINDOW, topics, setUp };
  return [
    { id: 'tab', type: 'tab', label: 'bench' },
    { ...source, wires: [['subject']] },
    { id: 'subject', z: 'tab', ...subject },
    { id: 'sink', type: 'bench-sink', z: 'tab', wires: [] },
  ];
}

const FLOWS = {
  switch: (filters, topics) =>
    flowWith(
      {
        type: 'switch',
        property: 'topic',
        propertyType: 'msg',
        rules: filters.map((filter) => ({ t: 'regex', v: regexOf(filter), vt: 'str', case: false })),
        checkall: 'true',
        repair: false,
        outputs: filters.length,
        wires: filters.map(() => ['sink']),
      },
      topics,
    ),
  ours: (filters, topics) =>
    flowWith(
      {
        type: 'mqtt-flows-router',
        ...routerDefaults,
        rules: filters.map((filter) => ({ ...ruleDefaults, filter })),
        outputs: filters.length + 1,
        wires: [...filters.map(() => ['sink']), []],
      },
      topics,
    ),
  routes: (filters, topics) =>
    flowWith(
      { type: 'mqtt-flows-router', ...routerDefaults, rules: [], dynamic: true, outputs: 2, wires: [['sink'], []] },
      topics,
      { action: 'setRoutes', routes: filters },
    ),
};

/** Asserts that the regular expressions of the Switch node mean what the filters mean. */
function check(filters, topics) {
  const expressions = filters.map((filter) => new RegExp(regexOf(filter)));
  for (const topic of topics.slice(0, 200)) {
    for (const [rank, filter] of filters.entries()) {
      assert.equal(expressions[rank].test(topic), filterMatches(filter, topic), `${filter} ${topic}`);
    }
  }
}

async function measure(flow, { warmUp, duration }) {
  const nodeRed = new Child(fileURLToPath(new URL('node-red-child.mjs', import.meta.url)));
  try {
    await nodeRed.ask('run', { flow });
    await nodeRed.ask('start');
    await nodeRed.ask('measure', { ms: warmUp });
    return (await nodeRed.ask('measure', { ms: duration })).rate;
  } finally {
    await nodeRed.stop();
  }
}

/** Prints a line for each number of rules; see run.mjs for the options. */
export async function router(options) {
  for (const rules of ['exact', '+', '#']) {
    console.log(header(`router, ${rules}: messages/s`, ['switch', 'routes', 'ours']));
    for (const count of COUNTS) {
      const filters = filtersOf(rules, count);
      const topics = topicsOf(rules, count, 1 << 14);
      const name = `${count.toLocaleString('en-US')} rules`;
      if (!`${rules}, ${name}`.includes(options.only)) continue;
      const few = count <= MOST_OF_SWITCH;
      if (few) check(filters, topics);
      const subjects = Object.entries(FLOWS).filter(([subject]) => few || subject === 'routes');
      const measures = subjects.map(([subject, flow]) => [subject, () => measure(flow(filters, topics), options)]);
      const figures = await inTurn(Object.fromEntries(measures), options.rounds);
      console.log(few ? row(name, figures) : `| ${name} |  | ${Math.round(figures.routes).toLocaleString('en-US')} |`);
    }
  }
}
