// Which of the kept messages of a topic a viewer is shown: a page before or after a message, or from a time on.

import assert from 'node:assert/strict';
import { type HistoryPlace, historyPage } from '#src/core/sidebar/history-page';
import type { Observation } from '#src/core/sidebar/observation';

const history = Array.from(
  { length: 10 },
  (_, index): Observation => ({
    sequence: 10 * (index + 1),
    at: 1000 * (index + 1),
    bytes: '',
    size: 0,
    qos: 0,
    retain: false,
  }),
);

function page(place: HistoryPlace, count = 3): [number[], number, number] {
  const { messages, older, newer } = historyPage(history, place, count);
  return [messages.map(({ sequence }) => sequence / 10), older, newer];
}

describe('A page of the history of a topic', () => {
  it('ends before a message', () => {
    assert.deepEqual(page({ kind: 'before', sequence: 50 }), [[2, 3, 4], 1, 6]);
    assert.deepEqual(page({ kind: 'before', sequence: 25 }), [[1, 2], 0, 8]);
    assert.deepEqual(page({ kind: 'before', sequence: 5 }), [[], 0, 10]);
  });

  it('begins after a message', () => {
    assert.deepEqual(page({ kind: 'after', sequence: 50 }), [[6, 7, 8], 5, 2]);
    assert.deepEqual(page({ kind: 'after', sequence: 95 }), [[10], 9, 0]);
    assert.deepEqual(page({ kind: 'after', sequence: 100 }), [[], 10, 0]);
  });

  it('begins at a time, or with the first message after it', () => {
    assert.deepEqual(page({ kind: 'at', at: 3000 }), [[3, 4, 5], 2, 5]);
    assert.deepEqual(page({ kind: 'at', at: 3001 }), [[4, 5, 6], 3, 4]);
    assert.deepEqual(page({ kind: 'at', at: 0 }), [[1, 2, 3], 0, 7]);
  });

  it('has the last messages where nothing came so late', () => {
    assert.deepEqual(page({ kind: 'at', at: 99_000 }), [[8, 9, 10], 7, 0]);
  });
});
