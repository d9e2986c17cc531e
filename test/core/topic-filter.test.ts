// Reading topic filters: the filter for the server, the names of wildcards, and errors with their place.

import assert from 'node:assert/strict';
import { matchedText, parseTopicFilter, type TopicFilterProblem } from '#src/core/topics/topic-filter';
import { filterOf } from './parsed';

describe('core/topics/topic-filter', () => {
  describe('a plain filter', () => {
    for (const text of [
      'a',
      'a/b',
      '+',
      '#',
      '+/+/#',
      'a/',
      '/a',
      '/',
      'a//b',
      '$SYS/#',
      ' ',
      'ä/+',
      '$SHARE/g/a',
      '$shared/a',
    ]) {
      it(`"${text}" is sent to the server as it is written`, () => {
        const filter = filterOf(text);
        assert.equal(filter.text, text);
        assert.equal(filter.wire, text);
        assert.equal(matchedText(filter), text);
        assert.deepEqual(filter.captures, []);
        assert.ok(!('shareGroup' in filter));
      });
    }
  });

  describe('named wildcards', () => {
    it('the names are not sent to the server', () => {
      const filter = filterOf('plant/+line/+/x/#rest');
      assert.equal(filter.text, 'plant/+line/+/x/#rest');
      assert.equal(filter.wire, 'plant/+/+/x/#');
      assert.equal(matchedText(filter), 'plant/+/+/x/#');
      assert.deepEqual(filter.captures, [
        { name: 'line', level: 1, rest: false },
        { name: 'rest', level: 4, rest: true },
      ]);
    });

    it('a filter may consist of one named wildcard', () => {
      assert.deepEqual(filterOf('#all').captures, [{ name: 'all', level: 0, rest: true }]);
      assert.deepEqual(filterOf('+one').captures, [{ name: 'one', level: 0, rest: false }]);
    });

    for (const name of ['a', '_', '$', '_a1', 'straße', 'λ', 'constructor', 'toString', 'hasOwnProperty', 'x1$']) {
      it(`"${name}" is a name`, () => {
        assert.deepEqual(filterOf(`a/+${name}`).captures, [{ name, level: 1, rest: false }]);
      });
    }
  });

  describe('shared subscriptions', () => {
    it('the group is sent to the server and not matched', () => {
      const filter = filterOf('$share/workers/plant/+line/#');
      assert.equal(filter.shareGroup, 'workers');
      assert.equal(filter.wire, '$share/workers/plant/+/#');
      assert.equal(matchedText(filter), 'plant/+/#');
      assert.deepEqual(filter.captures, [{ name: 'line', level: 1, rest: false }]);
    });

    it('the filter of a group may begin with an empty level', () => {
      const filter = filterOf('$share/g//a');
      assert.equal(filter.wire, '$share/g//a');
      assert.equal(matchedText(filter), '/a');
    });

    it('the filter of a group may be a single slash', () => {
      assert.equal(matchedText(filterOf('$share/g//')), '/');
    });

    it('"$share" at another level is an ordinary level', () => {
      const filter = filterOf('a/$share/g');
      assert.equal(matchedText(filter), 'a/$share/g');
      assert.equal(filter.shareGroup, undefined);
    });
  });

  describe('what is wrong, and where', () => {
    const cases: readonly [text: string, problem: TopicFilterProblem, at: string][] = [
      ['', 'empty', ''],
      ['a\0', 'nul', ''],
      ['a'.repeat(65_536), 'tooLong', ''],
      ['a/\uD800', 'unpairedSurrogate', ''],
      ['a+', 'wildcardInLevel', 'a+'],
      ['a#', 'wildcardInLevel', 'a#'],
      ['x/a+b/y', 'wildcardInLevel', 'a+b'],
      ['++', 'wildcardInLevel', '++'],
      ['+#', 'wildcardInLevel', '+#'],
      ['##', 'wildcardInLevel', '##'],
      ['#+', 'wildcardInLevel', '#+'],
      ['b/+a+', 'wildcardInLevel', '+a+'],
      ['$share/g/a+', 'wildcardInLevel', 'a+'],
      ['#/a', 'hashNotLast', '#'],
      ['#/', 'hashNotLast', '#'],
      ['a/#rest/b', 'hashNotLast', '#rest'],
      ['#/#', 'hashNotLast', '#'],
      ['$share/g/#/a', 'hashNotLast', '#'],
      ['+1', 'captureName', '1'],
      ['+a b', 'captureName', 'a b'],
      ['#a-b', 'captureName', 'a-b'],
      ['a/+a.b', 'captureName', 'a.b'],
      ['+ ', 'captureName', ' '],
      ['+__proto__', 'captureName', '__proto__'],
      ['#__proto__', 'captureName', '__proto__'],
      ['+{{a}}', 'captureName', '{{a}}'],
      ['+a/+a', 'captureTwice', 'a'],
      ['+a/b/#a', 'captureTwice', 'a'],
      ['$share/g/+a/+a', 'captureTwice', 'a'],
      ['$share', 'shareGroup', ''],
      ['$share/', 'shareGroup', ''],
      ['$share//a', 'shareGroup', ''],
      ['$share/+/a', 'shareGroup', '+'],
      ['$share/g#/a', 'shareGroup', 'g#'],
      ['$share/g', 'shareFilter', '$share/g'],
      ['$share/g/', 'shareFilter', '$share/g/'],
    ];
    for (const [text, problem, at] of cases) {
      it(`${JSON.stringify(text.slice(0, 20))}: ${problem}`, () => {
        assert.deepEqual(parseTopicFilter(text), { ok: false, problem, at });
      });
    }

    it('the longest text that MQTT can carry is a filter', () => {
      assert.ok(parseTopicFilter('a'.repeat(65_535)).ok);
    });

    it('10,000 levels are a filter', () => {
      assert.ok(parseTopicFilter(Array(10_000).fill('+').join('/')).ok);
    });
  });
});
