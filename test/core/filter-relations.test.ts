// Filters and topics, by small cases and against all topics and filters over a small alphabet.

import assert from 'node:assert/strict';
import { coversFilter, filterLevels, filtersOverlap, matchesTopic } from '#src/core/topics/filter-relations';
import { parseTopicFilter } from '#src/core/topics/topic-filter';
import { TopicTrie } from '#src/core/topics/trie/topic-trie';

const TOPIC_LEVELS = ['a', 'b', '', '$c'];
const FILTER_LEVELS = ['a', 'b', '', '$c', '+'];

function texts(levels: readonly string[], depth: number): string[] {
  if (depth === 1) return [...levels];
  const shorter = texts(levels, depth - 1);
  return [...shorter, ...shorter.flatMap((text) => levels.map((level) => `${text}/${level}`))];
}

// The empty text is no topic, but `+` and `/#` would both match it.
const topics = [...new Set(texts(TOPIC_LEVELS, 3))];
const filters = [...new Set(texts(FILTER_LEVELS, 2))].flatMap((text) => [text, `${text}/#`]);
filters.push('#');

function trieMatches(filter: string): Set<string> {
  const parsed = parseTopicFilter(filter);
  assert.ok(parsed.ok, filter);
  const trie = new TopicTrie<true>();
  trie.add(parsed.filter, true);
  return new Set(topics.filter((topic) => trie.match(topic).length > 0));
}

describe('filter relations', () => {
  const usable = filters.filter((filter) => filter !== '');
  const matched = new Map(usable.map((filter) => [filter, trieMatches(filter)]));

  it('agree with the index of filters on the topics that match', () => {
    for (const filter of usable) {
      const levels = filterLevels(filter);
      for (const topic of topics) {
        assert.equal(matchesTopic(levels, topic), matched.get(filter)?.has(topic), `${filter} and ${topic}`);
      }
    }
  });

  it('agree with the sets of topics on covering and overlapping', () => {
    for (const one of usable) {
      for (const other of usable) {
        const ones = matched.get(one) ?? new Set();
        const others = matched.get(other) ?? new Set();
        const overlap = [...ones].some((topic) => others.has(topic));
        // The topics have three levels at most, and the filters two before `#`: each difference shows in one of them.
        assert.equal(filtersOverlap(filterLevels(one), filterLevels(other)), overlap, `${one} and ${other} overlap`);
        const covers = [...others].every((topic) => ones.has(topic));
        if (coversFilter(filterLevels(one), filterLevels(other))) assert.ok(covers, `${one} covers ${other}`);
      }
    }
  });

  for (const [wide, narrow, covers] of [
    ['#', 'a/+/b', true],
    ['#', '#', true],
    ['#', '$SYS/#', false],
    ['+/a', '$SYS/a', false],
    ['$SYS/#', '$SYS/broker/+', true],
    ['a/#', 'a', true],
    ['a/#', 'a/#', true],
    ['a/+', 'a/#', false],
    ['a/+', 'a/b', true],
    ['a/b', 'a/+', false],
    ['a/+/#', 'a/+', true],
    ['a/+/#', 'a', false],
    ['+/+', '+/a', true],
  ] as const) {
    it(`${wide} ${covers ? 'covers' : 'does not cover'} ${narrow}`, () => {
      assert.equal(coversFilter(filterLevels(wide), filterLevels(narrow)), covers);
    });
  }
});
