// The index of topic filters compared with a linear matcher, over random filters and topics.

import assert from 'node:assert/strict';
import { TopicTrie } from '#src/core/topics/trie/topic-trie';
import { filterMatches } from '../helpers/fakes/linear-matcher';
import { filterOf } from './parsed';
import { generator } from './random';

describe('core/topics/trie/topic-trie', () => {
  describe('against an oracle', () => {
    it('thousands of filters are added and removed, and the present ones are found', () => {
      const random = generator(20_261_122);
      const trie = new TopicTrie<string>();
      const held = new Set<string>();
      for (let change = 0; change < 40_000; change++) {
        // In the first half, more filters are added than removed; in the second half, fewer.
        const machine = Math.floor(random() * 3_000);
        const filter = `plant/${machine % 7}/m${machine}${pick(random, ['', '/x', '/+', '/#', '/x/y/z'])}`;
        const stays = random() < (change < 20_000 ? 0.8 : 0.2);
        if (stays === held.has(filter)) continue;
        if (stays) trie.add(filterOf(filter), filter);
        else assert.ok(trie.remove(filterOf(filter), filter), filter);
        if (stays) held.add(filter);
        else held.delete(filter);
        if (change % 500 > 0) continue;
        const topic = `plant/${machine % 7}/m${machine}/x`;
        assert.deepEqual(trie.match(topic).sort(), [...held].filter((one) => filterMatches(one, topic)).sort());
      }
      assert.equal(trie.size, held.size);
      for (const filter of held) assert.deepEqual(trie.valuesOf(filterOf(filter)), [filter]);
    });

    it('random filters give what a linear matcher gives, before and after random removals', function () {
      this.timeout(30_000);
      const random = generator(20_260_401);
      let comparisons = 0;
      for (let round = 0; round < 70; round++) {
        const filters = Array.from({ length: 100 }, () => randomFilter(random));
        const topics = Array.from({ length: 80 }, () => randomTopic(random));
        const trie = new TopicTrie<number>();
        for (const [index, filter] of filters.entries()) trie.add(filterOf(filter), index);
        const held = new Set(filters.keys());
        for (const keep of [1, 0.5]) {
          for (const index of [...held]) {
            if (random() < keep) continue;
            assert.ok(trie.remove(filterOf(filters[index] ?? ''), index));
            held.delete(index);
          }
          assert.equal(trie.size, held.size);
          for (const topic of topics) {
            const expected: number[] = [];
            for (const [index, filter] of filters.entries()) {
              if (held.has(index) && filterMatches(filter, topic)) expected.push(index);
              comparisons++;
            }
            const found = trie.match(topic).sort((a, b) => a - b);
            // deepEqual for each of a million would take most of the time.
            if (found.join() !== expected.join()) {
              const named = (indices: number[]): string[] => indices.map((index) => filters[index] ?? '?');
              assert.deepEqual(named(found), named(expected), `round ${round}, topic "${topic}"`);
            }
          }
        }
      }
      assert.ok(comparisons >= 1_000_000, `${comparisons} comparisons`);
    });
  });
});

const LEVELS = ['a', 'b', 'c', '', '$x', 'constructor', '__proto__'];

function pick<T>(random: () => number, choices: readonly T[]): T {
  const choice = choices[Math.floor(random() * choices.length)];
  assert.ok(choice !== undefined);
  return choice;
}

function randomTopic(random: () => number): string {
  const levels = Array.from({ length: 1 + Math.floor(random() * 5) }, () =>
    // Mostly a, so that many filters match.
    random() < 0.5 ? 'a' : pick(random, LEVELS),
  );
  return levels.join('/') || 'a';
}

function randomFilter(random: () => number): string {
  const count = 1 + Math.floor(random() * 5);
  const levels = Array.from({ length: count }, (_, index) => {
    const dice = random();
    if (dice < 0.3) return pick(random, ['+', `+n${index}`]);
    if (dice < 0.45 && index === count - 1) return pick(random, ['#', '#rest']);
    return dice < 0.7 ? 'a' : pick(random, LEVELS);
  });
  const filter = levels.join('/') || 'a';
  return random() < 0.1 ? `$share/g/${filter}` : filter;
}
