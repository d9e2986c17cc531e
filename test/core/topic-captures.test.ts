// What the named wildcards of a filter take from a topic.

import assert from 'node:assert/strict';
import { readCaptures } from '#src/core/topics/topic-captures';
import { filterOf } from './parsed';

describe('core/topics/topic-captures', () => {
  const cases: readonly [filter: string, topic: string, params: Record<string, string>, name: string][] = [
    ['plant/+line/+machine', 'plant/7/press', { line: '7', machine: 'press' }, 'each named plus takes its level'],
    ['plant/+/+machine', 'plant/7/press', { machine: 'press' }, 'a plus without a name is skipped'],
    ['+first', 'a', { first: 'a' }, 'the whole topic is one level'],
    ['+first/b/+last', 'a/b/c', { first: 'a', last: 'c' }, 'first and last level'],
    ['plant/#rest', 'plant/7/press/state', { rest: '7/press/state' }, 'a named hash takes all levels from there'],
    ['plant/#rest', 'plant/7', { rest: '7' }, 'a named hash takes one level'],
    ['plant/#rest', 'plant', { rest: '' }, 'a named hash on its parent level takes nothing'],
    ['plant/#rest', 'plant/', { rest: '' }, 'a named hash takes an empty level'],
    ['plant/#rest', 'plant//', { rest: '/' }, 'a named hash takes two empty levels'],
    ['#all', 'a/b', { all: 'a/b' }, 'a named hash takes the whole topic'],
    ['#all', '/a', { all: '/a' }, 'a named hash keeps a leading slash'],
    ['+line/#rest', 'x', { line: 'x', rest: '' }, 'a plus and nothing for the hash'],
    ['+line/#rest', 'x/y/z', { line: 'x', rest: 'y/z' }, 'a plus and the rest'],
    ['+a/+b', '/', { a: '', b: '' }, 'two empty levels'],
    ['a/+x/b', 'a//b', { x: '' }, 'an empty level in the middle'],
    ['a/+x', 'a/', { x: '' }, 'an empty last level'],
    ['$share/g/plant/+line', 'plant/7', { line: '7' }, 'a shared filter counts levels after its group'],
    ['+constructor/+toString', 'a/b', { constructor: 'a', toString: 'b' }, 'names that every object inherits'],
    ['+x', '{{payload}}', { x: '{{payload}}' }, 'a level is taken as text'],
  ];
  for (const [filter, topic, params, name] of cases) {
    it(`${name}: "${filter}" on "${topic}"`, () => {
      assert.deepEqual(readCaptures(filterOf(filter), topic), params);
    });
  }

  it('a filter without named wildcards captures nothing', () => {
    assert.equal(readCaptures(filterOf('a/+/#'), 'a/b/c'), undefined);
  });

  it('each capture returns a new object', () => {
    const filter = filterOf('+a');
    assert.notEqual(readCaptures(filter, 'x'), readCaptures(filter, 'x'));
  });

  it('the last of 10,000 levels is captured', () => {
    const filter = filterOf(`${'+/'.repeat(9_999)}+last`);
    assert.deepEqual(readCaptures(filter, `${'a/'.repeat(9_999)}end`), { last: 'end' });
  });
});
