// Measures one matcher with one set of rules in a process of its own: whether its answers are right, and how fast they
// are.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { filtersOf, topicsOf } from './router-rules.mjs';

const require = createRequire(import.meta.url);
const { RouteTable } = require('../build/src/core/routes/route-table.js');
const { parseTopicFilter } = require('../build/src/core/topics/topic-filter.js');
const { filterMatches } = require('../build/test/helpers/fakes/linear-matcher.js');
const { memoryInUse } = require('../build/test/helpers/process/heap.js');
const { Qlobber } = require('qlobber');
const mqttPattern = require('mqtt-pattern');

/** Each matcher: made of filters, a function that gives the places of those that match a topic. */
const MATCHERS = {
  ours(filters) {
    const table = new RouteTable(filters.map((text, rank) => ({ filter: parseTopicFilter(text).filter, rank })));
    return (topic) => table.match(topic);
  },
  qlobber(filters) {
    const qlobber = new Qlobber({ separator: '/', wildcard_one: '+', wildcard_some: '#', match_empty_levels: true });
    for (const [rank, text] of filters.entries()) qlobber.add(text.replace(/([+#])[^/]*/g, '$1'), rank);
    return (topic) => qlobber.match(topic);
  },
  'mqtt-pattern': (filters) => (topic) => ranksWhere(filters, (text) => mqttPattern.matches(text, topic)),
  linear: (filters) => (topic) => ranksWhere(filters, (text) => filterMatches(text, topic)),
};

function ranksWhere(filters, matches) {
  const ranks = [];
  for (let rank = 0; rank < filters.length; rank++) if (matches(filters[rank])) ranks.push(rank);
  return ranks;
}

const rankOf = (found) => (typeof found === 'number' ? found : found.rank);

/** Asserts that the answers equal those of the simplest matcher, for as many topics as it can match in a second. */
function check(match, filters, topics) {
  const end = performance.now() + 1000;
  for (let i = 0; i < topics.length && performance.now() < end; i++) {
    const expected = ranksWhere(filters, (text) => filterMatches(text, topics[i]));
    assert.deepEqual(
      match(topics[i])
        .map(rankOf)
        .sort((a, b) => a - b),
      expected,
      topics[i],
    );
  }
}

/** Topics per second of CPU time, measured over at least `ms`. Other load on the machine does not count. */
function rate(match, topics, ms) {
  const cpu = process.cpuUsage();
  const end = performance.now() + ms;
  let count = 0;
  let found = 0;
  // A matcher that needs milliseconds for one topic must not run a thousand times between two readings of the clock.
  const step = stepFor(match, topics);
  do {
    for (let i = 0; i < step; i++) found += match(topics[count++ % topics.length]).length;
  } while (performance.now() < end);
  const { user, system } = process.cpuUsage(cpu);
  return { rate: (count * 1e6) / (user + system), found: found / count };
}

function stepFor(match, topics) {
  const before = performance.now();
  match(topics[0]);
  return performance.now() - before > 0.1 ? 1 : 1000;
}

process.on('message', ({ kind, matcher, rules, count, ms }) => {
  const filters = filtersOf(rules, count);
  const topics = topicsOf(rules, count, 1 << 14);
  const heap = memoryInUse();
  const before = performance.now();
  const match = MATCHERS[matcher](filters);
  const built = performance.now() - before;
  const bytes = (memoryInUse() - heap) / count;
  check(match, filters, topics);
  rate(match, topics, ms / 2);
  process.send({ kind, built, bytes, ...rate(match, topics, ms) });
});
process.on('disconnect', () => process.exit(0));
