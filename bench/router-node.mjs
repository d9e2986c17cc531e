// `npm run bench -- router`: messages per second of CPU time through a router node, from 10 rules to 100,000 routes, and through a
// Switch node with the same rules as regular expressions; each in a Node-RED of its own.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Child } from './child.mjs';
import { inTurn } from './compare.mjs';
import { filtersOf, regexOf, topicsOf } from './router-rules.mjs';

const { routerDefaults, ruleDefaults } = createRequire(import.meta.url)('../build/src/settings/router.config.js');
const { filterMatches } = createRequire(import.meta.url)('../build/test/helpers/fakes/linear-matcher.js');

const WINDOW = 100;
const COUNTS = [10, 100, 1_000, 100_000];
const SUBJECTS = ['switch', 'rules', 'routes'];
/**
 * A Switch node with 1,000 regular expressions ends Node-RED, since it recurses once for each rule. Rules of a router
 * have an output each, and nobody draws 100,000 wires.
 */
const MOST = { switch: 100, rules: 1_000 };

function flowWith(subject, topics, setUp) {
  const source = { id: 'source', type: 'bench-topics', z: 'tab', sink: 'sink', window: WINDOW, topics, setUp };
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
  rules: (filters, topics) =>
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
    // CPU time of the whole Node-RED, so that other load on the machine does not count.
    return 1e6 / (await nodeRed.ask('measure', { ms: duration })).cpu;
  } finally {
    await nodeRed.stop();
  }
}

/** Prints a line for each number of rules; see run.mjs for the options. */
export async function router(options) {
  for (const rules of ['exact', '+', '#']) {
    console.log(`| router, ${rules}: messages per CPU second | ${SUBJECTS.join(' | ')} |\n|---|---|---|---|`);
    for (const count of COUNTS) {
      const filters = filtersOf(rules, count);
      const topics = topicsOf(rules, count, 1 << 14);
      const name = `${count.toLocaleString('en-US')} rules`;
      if (!`${rules}, ${name}`.includes(options.only)) continue;
      if (count <= MOST.switch) check(filters, topics);
      const subjects = Object.keys(FLOWS).filter((subject) => count <= (MOST[subject] ?? count));
      const measures = subjects.map((subject) => [subject, () => measure(FLOWS[subject](filters, topics), options)]);
      const figures = await inTurn(Object.fromEntries(measures), options.rounds);
      const cells = SUBJECTS.map((subject) =>
        figures[subject] ? Math.round(figures[subject]).toLocaleString('en-US') : '',
      );
      console.log(`| ${[name, ...cells].join(' | ')} |`);
    }
  }
}
