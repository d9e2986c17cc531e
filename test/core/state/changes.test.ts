// Which values of a topic count as changes, and how often a flow hears of them.

import assert from 'node:assert/strict';
import { differs } from '#src/core/state/change';
import { sameValue } from '#src/core/state/same-value';
import { Trial } from './states';

describe('A change', () => {
  it('is what differs from the last value of the same topic', () => {
    const trial = new Trial();
    for (const [topic, value] of [
      ['a', 1],
      ['b', 1],
      ['a', 1],
      ['a', 2],
      ['b', 1],
      ['a', 1],
    ] as const)
      trial.take(topic, value);
    assert.deepEqual(trial.news(), ['a 1', 'b 1', 'a 2<1', 'a 1<2']);
  });

  it('is the first value by choice, and the first retained value by another', () => {
    const heard = (first: boolean, firstRetained: boolean): string[] => {
      const trial = new Trial({ first, firstRetained });
      trial.take('live', 1);
      trial.take('kept', 1, { replayed: true });
      trial.take('live', 2);
      trial.take('kept', 2);
      return trial.news();
    };
    assert.deepEqual(heard(true, false), ['live 1', 'live 2<1', 'kept 2<1']);
    assert.deepEqual(heard(false, true), ['kept 1', 'live 2<1', 'kept 2<1']);
    assert.deepEqual(heard(false, false), ['live 2<1', 'kept 2<1']);
  });

  it('is no retained value that a server sends again, unless it differs from what was known', () => {
    const trial = new Trial();
    trial.take('a', 1);
    trial.take('b', 1);
    trial.news();
    trial.take('a', 1, { replayed: true });
    trial.take('b', 2, { replayed: true });
    assert.deepEqual(trial.news(), ['b 2<1']);
  });

  it('is a value that was removed, once; what comes after that is a first value', () => {
    const trial = new Trial();
    trial.take('a', 1);
    trial.remove('a');
    trial.remove('a');
    trial.remove('never');
    assert.equal(trial.states.records.size, 0);
    trial.take('a', 1);
    assert.deepEqual(trial.news(), ['a 1', 'a removed<1', 'a 1']);
  });

  it('of a number is as large as the deadband, measured from the last change, so that a slow drift shows', () => {
    const trial = new Trial({ deadband: { kind: 'absolute', size: 0.5 } });
    for (const value of [20.1, 20.4, 20.59, 20.6, 20.9, 21.1, 20.7, 20.5]) trial.take('a', value);
    assert.deepEqual(trial.news(), ['a 20.1', 'a 20.6<20.1', 'a 21.1<20.6', 'a 20.5<21.1']);
  });

  it('may be measured in per cent; from zero, everything is a change', () => {
    const percent = { kind: 'percent', size: 10 } as const;
    assert.equal(differs(200, 219.9, percent), false);
    assert.equal(differs(200, 220, percent), true);
    assert.equal(differs(-200, -180, percent), true);
    assert.equal(differs(0, 0.001, percent), true);
    assert.equal(differs(0, 0, percent), false);
  });

  it('of texts that are numbers is measured, too; of others it is any difference', () => {
    const band = { kind: 'absolute', size: 1 } as const;
    assert.equal(differs('20.0', '20.5', band), false);
    assert.equal(differs('20', 'off', band), true);
    assert.equal(differs('on', 'on', band), false);
    assert.equal(differs(undefined, 20, band), true);
    assert.equal(differs(Number.NaN, Number.NaN, band), false);
  });
});

describe('Two values are the same', () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const other: Record<string, unknown> = {};
  other.self = other;
  const cases: readonly (readonly [unknown, unknown, boolean])[] = [
    [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
    [{ a: 1 }, { a: 1, b: undefined }, false],
    [{ a: undefined }, { b: undefined }, false],
    [[1, 2], [2, 1], false],
    [[], {}, false],
    [Buffer.from('ab'), Buffer.from('ab'), true],
    [Buffer.from('ab'), Buffer.from('ac'), false],
    [Buffer.from('ab'), 'ab', false],
    [new Date(5), new Date(5), true],
    [new Date(5), new Date(6), false],
    [0, -0, true],
    [1, '1', false],
    [10n, 10n, true],
    [new Map([[1, 2]]), new Map([[1, 3]]), false],
    [
      new Map([
        [1, [2]],
        [2, {}],
      ]),
      new Map([
        [2, {}],
        [1, [2]],
      ]),
      true,
    ],
    [new Map([[1, 2]]), new Map([[2, 2]]), false],
    [new Map([[1, undefined]]), new Map([[2, undefined]]), false],
    [new Map(), new Map([[1, 2]]), false],
    [new Map(), new Set(), false],
    [new Map(), {}, false],
    [new Set([1, 'a']), new Set(['a', 1]), true],
    [new Set([1]), new Set([2]), false],
    // It has no end, so nobody can tell.
    [circle, other, false],
  ];
  for (const [index, [a, b, same]] of cases.entries()) {
    it(`if they have equal content, whatever the order of properties: ${index + 1}`, () => {
      assert.equal(sameValue(a, b), same);
      assert.equal(sameValue(b, a), same);
    });
  }
});

describe('The pace of changes', () => {
  it('lets the first through at once, then one per interval, and the latest in the end', () => {
    const trial = new Trial({ pace: 100 });
    trial.take('a', 1);
    assert.deepEqual(trial.news(), ['a 1']);
    for (const value of [2, 3, 4]) {
      trial.pass(10);
      trial.take('a', value);
    }
    assert.deepEqual(trial.news(), []);
    trial.pass(69);
    assert.deepEqual(trial.news(), []);
    trial.pass(1);
    assert.deepEqual(trial.news(), ['a 4<1']);
    trial.pass(50);
    trial.take('a', 5);
    trial.pass(49);
    assert.deepEqual(trial.news(), []);
    trial.pass(1);
    assert.deepEqual(trial.news(), ['a 5<4']);
    trial.pass(500);
    trial.take('a', 6);
    assert.deepEqual(trial.news(), ['a 6<5']);
  });

  it('never sends the same value twice: what is again as it was is dropped', () => {
    const trial = new Trial({ pace: 100 });
    trial.take('a', 1);
    trial.take('a', 2);
    trial.take('a', 1);
    trial.pass(1000);
    assert.deepEqual(trial.news(), ['a 1']);
    trial.take('a', 3);
    trial.take('a', 1);
    trial.take('a', 4);
    trial.pass(1000);
    assert.deepEqual(trial.news(), ['a 3<1', 'a 4<3']);
  });

  it('is that of each topic by itself', () => {
    const trial = new Trial({ pace: 100 });
    trial.take('a', 1);
    trial.pass(50);
    trial.take('b', 1);
    trial.take('a', 2);
    trial.take('b', 2);
    trial.pass(50);
    assert.deepEqual(trial.news(), ['a 1', 'b 1', 'a 2<1']);
    trial.pass(50);
    assert.deepEqual(trial.news(), ['b 2<1']);
  });

  it('does not keep back what has been removed', () => {
    const trial = new Trial({ pace: 100 });
    trial.take('a', 1);
    trial.take('a', 2);
    trial.remove('a');
    trial.pass(1000);
    assert.deepEqual(trial.news(), ['a 1', 'a removed<1']);
  });

  it('gives the latest of each of many topics exactly once', () => {
    const trial = new Trial({ pace: 100, limits: { topics: 5000, bytes: 1e9, unused: 0 } });
    for (let value = 0; value < 3; value++) for (let i = 0; i < 3000; i++) trial.take(`t/${i}`, value);
    assert.equal(trial.news().length, 3000);
    trial.pass(100);
    const news = trial.news();
    assert.equal(new Set(news).size, 3000);
    assert.ok(news.every((line) => line.endsWith(' 2<0')));
  });
});
