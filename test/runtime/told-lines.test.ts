// The lines that strangers can cause: a few of each kind, and never a flood.

import assert from 'node:assert/strict';
import { ToldLines } from '#src/runtime/broker/told-lines';

const MINUTE = 60_000;

describe('lines about strangers', () => {
  let now: number;
  let lines: ToldLines;
  beforeEach(() => {
    now = 0;
    lines = new ToldLines(() => now);
  });

  it('are told five times in ten minutes, and then with the number of those that were not', () => {
    const told = Array.from({ length: 12 }, () => lines.admit('a') !== undefined);
    assert.deepEqual(told.lastIndexOf(true), 4);
    assert.ok(lines.admit('b'), 'another one is told');
    now += 10 * MINUTE;
    assert.deepEqual(lines.admit('a'), { repeats: 7, others: 0 });
    assert.deepEqual(lines.admit('a'), { repeats: 0, others: 0 });
  });

  it('are sixty in a minute, and then a number', () => {
    const told = Array.from({ length: 1000 }, (_, index) => lines.admit(`kind ${index}`)).filter(Boolean);
    assert.equal(told.length, 60);
    now += MINUTE;
    assert.deepEqual(lines.admit('next'), { repeats: 0, others: 940 });
    assert.deepEqual(lines.admit('after'), { repeats: 0, others: 0 });
  });

  it('of a kind that a flood has pushed out of memory are told like new ones', () => {
    for (let round = 0; round < 40; round++) {
      for (let index = 0; index < 60; index++) lines.admit(`${round} ${index}`);
      now += 2 * MINUTE;
    }
    assert.deepEqual(lines.admit('0 0'), { repeats: 0, others: 0 });
  });
});
