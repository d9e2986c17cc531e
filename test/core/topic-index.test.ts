// What the index of topics says of its size, on which limits depend.

import assert from 'node:assert/strict';
import { TopicIndex } from '#src/core/topics/topic-index';

describe('topic index', () => {
  it('counts levels with others below, before and after it gets a topic', () => {
    const index = new TopicIndex<number>();
    for (const [topic, branches] of [
      ['a', 1],
      ['a/b/c', 3],
      ['a/b', 3],
      ['a/b/d', 3],
      ['e/', 4],
      ['/', 5],
    ] as const) {
      assert.equal(index.branches + index.newBranches(topic), branches, topic);
      index.set(topic, 1);
      assert.equal(index.branches, branches, topic);
      assert.equal(index.newBranches(topic), 0, topic);
    }
  });

  it('counts them no more when the topics below are gone', () => {
    const index = new TopicIndex<number>();
    for (const topic of ['a', 'a/b/c', 'a/b/d', 'x/y/z']) index.set(topic, 1);
    for (const [topic, branches] of [
      ['a/b/c', 5],
      ['nowhere', 5],
      ['x/y/z', 3],
      ['a', 3],
      ['a/b/d', 0],
    ] as const) {
      index.delete(topic);
      assert.equal(index.branches, branches, topic);
    }
  });
});
