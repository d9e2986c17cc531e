// The index of topic filters: MQTT's matching rules, and adding and removing in every order.

import assert from 'node:assert/strict';
import { filterLevel } from '#src/core/topics/trie/topic-levels';
import { TopicTrie } from '#src/core/topics/trie/topic-trie';
import { filterMatches } from '../helpers/fakes/linear-matcher';
import { memoryInUse } from '../helpers/process/heap';
import { filterOf } from './parsed';
import { MATCH_CASES } from './topic-match.cases';

function trieOf(...filters: readonly string[]): TopicTrie<string> {
  const trie = new TopicTrie<string>();
  for (const filter of filters) trie.add(filterOf(filter), filter);
  return trie;
}

describe('core/topics/trie/topic-trie', () => {
  describe('one filter', () => {
    for (const { filter, topic, matches, because } of MATCH_CASES) {
      it(`"${filter}" ${matches ? 'matches' : 'does not match'} "${topic}": ${because}`, () => {
        assert.deepEqual(trieOf(filter).match(topic), matches ? [filter] : []);
        assert.equal(filterMatches(filter, topic), matches, 'the oracle agrees');
      });
    }
  });

  describe('many filters', () => {
    it('all cases of the table give the same answers when their filters are held together', () => {
      const filters = [...new Set(MATCH_CASES.map(({ filter }) => filter))];
      const trie = trieOf(...filters);
      for (const { topic } of MATCH_CASES) {
        const expected = filters.filter((filter) => filterMatches(filter, topic));
        assert.deepEqual(trie.match(topic).sort(), expected.sort(), topic);
      }
    });

    it('a value under several matching filters is returned once for each', () => {
      const trie = new TopicTrie<string>();
      for (const filter of ['a/b', 'a/+', '#', 'b/#']) trie.add(filterOf(filter), 'one');
      assert.deepEqual(trie.match('a/b'), ['one', 'one', 'one']);
    });

    it('filters that differ in the names of their wildcards share what they match', () => {
      assert.deepEqual(trieOf('+a/#b', '+c/#d').match('x/y').sort(), ['+a/#b', '+c/#d']);
    });

    it('an empty trie matches nothing', () => {
      const trie = new TopicTrie<string>();
      for (const topic of ['a', '', '/', '$SYS/a', 'constructor', '__proto__/toString']) {
        assert.deepEqual(trie.match(topic), []);
      }
    });
  });

  describe('values', () => {
    for (const value of [0, '', false, null, undefined]) {
      it(`${JSON.stringify(value) ?? 'undefined'} is a value like any other`, () => {
        const trie = new TopicTrie<unknown>();
        trie.add(filterOf('a/+'), value);
        trie.add(filterOf('a/#'), value);
        assert.deepEqual(trie.match('a/b'), [value, value]);
        assert.equal(trie.remove(filterOf('a/+'), value), true);
        assert.deepEqual(trie.match('a/b'), [value]);
        assert.equal(trie.remove(filterOf('a/#'), value), true);
        assert.deepEqual(trie.match('a/b'), []);
      });
    }

    it('values are distinguished by identity, not by content', () => {
      const trie = new TopicTrie<object>();
      const first = {};
      const second = {};
      trie.add(filterOf('a'), first);
      trie.add(filterOf('a'), second);
      assert.equal(trie.remove(filterOf('a'), {}), false);
      assert.equal(trie.remove(filterOf('a'), first), true);
      const left = trie.match('a');
      assert.equal(left.length, 1);
      assert.equal(left[0], second);
    });
  });

  describe('removing', () => {
    it('the same pair added twice takes two removals', () => {
      const trie = trieOf('a/+', 'a/+');
      assert.deepEqual(trie.match('a/b'), ['a/+', 'a/+']);
      assert.equal(trie.remove(filterOf('a/+'), 'a/+'), true);
      assert.deepEqual(trie.match('a/b'), ['a/+']);
      assert.equal(trie.remove(filterOf('a/+'), 'a/+'), true);
      assert.deepEqual(trie.match('a/b'), []);
      assert.equal(trie.remove(filterOf('a/+'), 'a/+'), false);
      assert.equal(trie.size, 0);
    });

    it('one of two values under a filter leaves the other', () => {
      const trie = new TopicTrie<string>();
      trie.add(filterOf('a/#'), 'first');
      trie.add(filterOf('a/#'), 'second');
      trie.remove(filterOf('a/#'), 'first');
      assert.deepEqual(trie.match('a'), ['second']);
    });

    it('removing a filter that was never added changes nothing', () => {
      const trie = trieOf('a/b/c');
      for (const filter of ['a', 'a/b', 'a/b/c/d', 'a/b/#', 'a/+/c', '#', '+', 'x']) {
        assert.equal(trie.remove(filterOf(filter), 'a/b/c'), false, filter);
      }
      assert.deepEqual(trie.match('a/b/c'), ['a/b/c']);
      assert.equal(trie.size, 1);
    });

    for (const [removed, kept, topic] of [
      ['a', 'a/#', 'a'],
      ['a/#', 'a', 'a'],
      ['a/b', 'a', 'a'],
      ['a', 'a/b', 'a/b'],
      ['a/+', 'a/b', 'a/b'],
      ['a/b', 'a/+', 'a/b'],
      ['a/+', 'a/#', 'a/b'],
      ['a/#', 'a/+', 'a/b'],
      ['a/b/c', 'a/b', 'a/b'],
      ['a/b/c', 'a/b/d', 'a/b/d'],
      ['+/+/+', '+/+', 'a/b'],
      ['+/b', '+/c', 'x/c'],
      ['+/b', 'x/b', 'x/b'],
      ['#', '+', 'a'],
      ['+', '#', 'a'],
      ['a//b', 'a/', 'a/'],
      ['__proto__', 'constructor', 'constructor'],
      ['$share/g/a', 'a/b', 'a/b'],
    ] as const) {
      it(`"${removed}" leaves "${kept}" as it is`, () => {
        const trie = trieOf(removed, kept);
        assert.equal(trie.remove(filterOf(removed), removed), true);
        assert.deepEqual(trie.match(topic), [kept]);
        assert.equal(trie.remove(filterOf(kept), kept), true);
        assert.deepEqual(trie.match(topic), []);
        assert.equal(trie.size, 0);
      });
    }

    it('what was removed can be added again', () => {
      const trie = trieOf('a/+/#');
      trie.remove(filterOf('a/+/#'), 'a/+/#');
      trie.add(filterOf('a/+/#'), 'a/+/#');
      assert.deepEqual(trie.match('a/b/c'), ['a/+/#']);
    });

    it('the values under a filter can be asked for, whatever its wildcards are called', () => {
      const trie = trieOf('a/b', 'a/+x', 'a/+y', 'a/+/c', 'a/#', '$share/g/a/b');
      const values = (filter: string): string[] => trie.valuesOf(filterOf(filter)).sort();
      assert.deepEqual(values('a/b'), ['$share/g/a/b', 'a/b']);
      assert.deepEqual(values('a/+'), ['a/+x', 'a/+y']);
      assert.deepEqual(values('a/+/c'), ['a/+/c']);
      assert.deepEqual(values('a/#rest'), ['a/#']);
      for (const absent of ['a', 'a/c', '+', '+/b', 'a/+/+', 'a/+/c/#', '#'])
        assert.deepEqual(values(absent), [], absent);
    });

    it('the size counts the pairs that are held', () => {
      const trie = trieOf('a', 'a', 'b/#', '+/c');
      assert.equal(trie.size, 4);
      trie.remove(filterOf('a'), 'a');
      trie.remove(filterOf('zzz'), 'a');
      assert.equal(trie.size, 3);
    });

    it('the memory of removed filters is given back', () => {
      const trie = new TopicTrie<number>();
      const before = memoryInUse();
      // Ten levels of their own for each filter: about 100 MB if they stayed.
      for (let i = 0; i < 20_000; i++) {
        for (const end of ['', '/+', '/#']) {
          const filter = filterOf(`x${i}/1/2/3/4/5/6/7/8/9${end}`);
          trie.add(filter, i);
          trie.remove(filter, i);
        }
      }
      const grown = memoryInUse() - before;
      assert.equal(trie.size, 0);
      assert.ok(grown < 2_000_000, `memory grew by ${grown} bytes`);
    });
  });

  describe('levels with the same hash', () => {
    const [first, second] = levelsWithOneHash();

    it('are distinguished at the end of filters', () => {
      const trie = trieOf(first, second, `a/${first}/b`, `a/${second}/b`);
      assert.deepEqual(trie.match(first), [first]);
      assert.deepEqual(trie.match(second), [second]);
      assert.deepEqual(trie.match(`a/${second}/b`), [`a/${second}/b`]);
      assert.equal(trie.remove(filterOf(first), first), true);
      assert.deepEqual(trie.match(first), []);
      assert.deepEqual(trie.match(second), [second]);
    });

    it('are distinguished within filters', () => {
      const filters = [first, second].flatMap((level) => [`${level}/a/+`, `${level}/b/#`, `${level}/+/c`]);
      const trie = trieOf(...filters);
      for (const level of [first, second]) {
        assert.deepEqual(trie.match(`${level}/a/x`), [`${level}/a/+`]);
        assert.deepEqual(trie.match(`${level}/b`), [`${level}/b/#`]);
        assert.deepEqual(trie.match(`${level}/x/c`), [`${level}/+/c`]);
      }
      for (const filter of filters) assert.equal(trie.remove(filterOf(filter), filter), true);
      assert.equal(trie.size, 0);
    });

    it('do not match a topic with another level', () => {
      const trie = trieOf(first, `${first}/#`, `a/${first}/b/+`);
      for (const topic of [second, `${second}/a`, `a/${second}/b/c`]) assert.deepEqual(trie.match(topic), []);
    });
  });

  describe('depth', () => {
    const deep = Array.from({ length: 10_000 }, (_, i) => `l${i % 10}`).join('/');

    it('a topic of 10,000 levels is matched', () => {
      assert.deepEqual(trieOf('#', '+/#', '+', deep).match(deep).sort(), ['#', '+/#', deep].sort());
    });

    it('filters of 10,000 levels are added, matched and removed', function () {
      // Two seconds of work, on a machine that has nothing else to do.
      this.timeout(300_000);
      const filters = [deep, `${deep}/#`, Array(10_000).fill('+').join('/'), `${Array(9_999).fill('+').join('/')}/#`];
      const trie = trieOf(...filters);
      assert.equal(trie.match(deep).length, 4);
      assert.equal(trie.match('l0').length, 0);
      for (const filter of filters) assert.equal(trie.remove(filterOf(filter), filter), true);
      assert.deepEqual(trie.match(deep), []);
      assert.equal(trie.size, 0);
    });

    it('each of the 4,096 filters that match one topic is found once', () => {
      const trie = new TopicTrie<number>();
      for (let bits = 0; bits < 4096; bits++) {
        const levels = Array.from({ length: 12 }, (_, i) => ((bits >> i) & 1 ? '+' : 'a'));
        trie.add(filterOf(levels.join('/')), bits);
      }
      assert.equal(new Set(trie.match(Array(12).fill('a').join('/'))).size, 4096);
      assert.deepEqual(trie.match(Array(10_000).fill('a').join('/')), []);
    });
  });

  describe('while an answer is being worked on', () => {
    it('matching again does not disturb the first answer', () => {
      const trie = trieOf('a/+', 'a/b', 'c/#');
      const first = trie.match('a/b');
      const seen: string[] = [];
      for (const value of first) {
        seen.push(value);
        assert.deepEqual(trie.match('c/d/e'), ['c/#']);
        assert.equal(trie.match('a/b').length, 2);
      }
      assert.deepEqual(seen.sort(), ['a/+', 'a/b']);
    });

    it('adding and removing does not disturb the answer', () => {
      const trie = trieOf('a/+', 'a/#', '#');
      const answer = trie.match('a/b');
      for (const filter of [...answer]) {
        trie.remove(filterOf(filter), filter);
        trie.add(filterOf('a/b'), 'late');
      }
      assert.deepEqual(answer.sort(), ['#', 'a/#', 'a/+']);
      assert.deepEqual(trie.match('a/b'), ['late', 'late', 'late']);
    });

    it('changing the answer does not change the trie', () => {
      const trie = trieOf('a', 'a/#');
      trie.match('a').length = 0;
      trie.match('a').push('x');
      assert.deepEqual(trie.match('a').sort(), ['a', 'a/#']);
    });
  });
});

/** Two texts with the same hash. */
function levelsWithOneHash(): [string, string] {
  const known = new Map<number, string>();
  for (let i = 0; ; i++) {
    const level = `level${i}`;
    const code = filterLevel(level, 0);
    const other = known.get(code);
    if (other) return [other, level];
    known.set(code, level);
  }
}
