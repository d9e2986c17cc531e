// The lines that strangers can cause: a few of each kind, and never a flood.

import assert from 'node:assert/strict';
import { ToldLines } from '#src/runtime/broker/told-lines';

const MINUTE = 60_000;

describe('log lines that strangers cause', () => {
  let now: number;
  let lines: ToldLines;
  beforeEach(() => {
    now = 0;
    lines = new ToldLines(() => now);
  });

  it('are logged five times in ten minutes, then with the number of suppressed ones', () => {
    const told = Array.from({ length: 12 }, () => lines.admit('a') !== undefined);
    assert.deepEqual(told.lastIndexOf(true), 4);
    assert.ok(lines.admit('b'), 'another one is told');
    now += 10 * MINUTE;
    assert.deepEqual(lines.admit('a'), { repeats: 7, others: 0 });
    assert.deepEqual(lines.admit('a'), { repeats: 0, others: 0 });
  });

  it('are at most sixty in a minute, then a number', () => {
    const told = Array.from({ length: 1000 }, (_, index) => lines.admit(`kind ${index}`)).filter(Boolean);
    assert.equal(told.length, 60);
    now += MINUTE;
    assert.deepEqual(lines.admit('next'), { repeats: 0, others: 940 });
    assert.deepEqual(lines.admit('after'), { repeats: 0, others: 0 });
  });

  it('are logged again after a flood has displaced their kind from memory', () => {
    for (let round = 0; round < 40; round++) {
      for (let index = 0; index < 60; index++) lines.admit(`${round} ${index}`);
      now += 2 * MINUTE;
    }
    assert.deepEqual(lines.admit('0 0'), { repeats: 0, others: 0 });
  });

  it('are one kind when they differ only beyond 300 characters', () => {
    const long = 'x'.repeat(300);
    const told = Array.from({ length: 12 }, (_, index) => lines.admit(`${long}${index}`) !== undefined);
    assert.equal(told.lastIndexOf(true), 4);
    assert.ok(lines.admit(`${long.slice(1)}!`), 'another one is told');
  });
});
