// The tree of topics that an observer keeps: what it counts, what it forgets first, and where it ends.

import assert from 'node:assert/strict';
import type { IncomingPublication } from '#src/core/publications/publication';
import { TopicTree, type TopicTreeLimits } from '#src/core/sidebar/topic-tree';

const ROOMY: TopicTreeLimits = {
  nodes: 1000,
  characters: 100_000,
  levels: 20,
  history: 100,
  bytes: 1_000_000,
  payload: 1000,
  messagesPerSecond: 1000,
  burst: 1000,
};

function message(topic: string, payload = '1', more: Partial<IncomingPublication> = {}): IncomingPublication {
  const bytes = Buffer.from(payload);
  return { topic, payload: bytes, qos: 0, retain: false, dup: false, subscriptionIdentifiers: [], ...more };
}

function payloads(tree: TopicTree, topic: string): string[] | undefined {
  return tree.find(topic)?.history.map(({ bytes }) => bytes);
}

describe('A topic tree', () => {
  it('counts messages and topics at every level above them', () => {
    const tree = new TopicTree(ROOMY);
    for (const topic of ['plant/a/temp', 'plant/a/temp', 'plant/b', 'plant']) tree.record(message(topic), 0);
    assert.deepEqual([tree.find('plant')?.messages, tree.find('plant')?.topics], [4, 3]);
    assert.deepEqual([tree.find('plant/a')?.messages, tree.find('plant/a')?.topics], [2, 1]);
    assert.equal(tree.find('plant/a')?.isTopic, false);
    assert.equal(tree.find('plant/c'), undefined);
  });

  it('distinguishes empty levels', () => {
    const tree = new TopicTree(ROOMY);
    for (const topic of ['/a', 'a', 'a/', '//']) tree.record(message(topic, topic), 0);
    for (const topic of ['/a', 'a', 'a/', '//']) {
      assert.equal(tree.find(topic)?.path, topic);
      assert.deepEqual(payloads(tree, topic), [topic]);
    }
  });

  it('has a rate of all messages, which falls without them', () => {
    const tree = new TopicTree(ROOMY);
    const rate = (now: number): number => tree.find('a')?.rate.at(now) ?? Number.NaN;
    for (let now = 0; now < 10_000; now += 100) tree.record(message('a'), now);
    assert.ok(Math.abs(rate(10_000) - 10) < 0.5, String(rate(10_000)));
    for (let now = 10_000; now < 100_000; now += 100) tree.record(message('a'), now);
    assert.ok(Math.abs(rate(100_000) - 10) < 0.5, String(rate(100_000)));
    assert.ok(rate(200_000) < 0.01);
  });

  it('counts what the server has retained in the rate, and not as a change', () => {
    const tree = new TopicTree(ROOMY);
    for (let i = 0; i < 100; i++) tree.record(message(`stored/${i}`, '1', { retain: true }), 1000, true);
    assert.ok((tree.find('stored')?.rate.at(1000) ?? 0) > 10);
    assert.equal(tree.find('stored/7')?.changedAt, 0);
    tree.record(message('stored/7', '2'), 2000, false, 5_000_000);
    assert.equal(tree.find('stored/7')?.changedAt, 5_000_000);
  });

  it('takes live messages with the retain flag for changes', () => {
    const tree = new TopicTree(ROOMY);
    tree.record(message('a', 'stored', { retain: true }), 0, true);
    for (let now = 0; now < 10_000; now += 1000) tree.record(message('a', 'now', { retain: true }), now);
    const rate = tree.find('a')?.rate.at(10_000) ?? Number.NaN;
    assert.ok(Math.abs(rate - 1.1) < 0.2, String(rate));
    assert.deepEqual([tree.find('a')?.retained, tree.find('a')?.changedAt], [true, 9000]);
  });

  it('keeps the last messages of a topic, up to a given number', () => {
    const tree = new TopicTree({ ...ROOMY, history: 2 });
    for (const payload of ['1', '2', '3']) tree.record(message('a', payload), 0);
    assert.deepEqual(payloads(tree, 'a'), ['2', '3']);
  });

  it('keeps the beginning of a long payload, and how long it was', () => {
    const tree = new TopicTree({ ...ROOMY, payload: 4 });
    tree.record(message('a', '123456'), 0);
    const latest = tree.find('a')?.latest;
    assert.deepEqual([latest?.bytes, latest?.size], ['1234', 6]);
  });

  it('forgets older messages of busy topics before the only one of a quiet topic', () => {
    const tree = new TopicTree({ ...ROOMY, bytes: 3000 });
    tree.record(message('quiet', 'still here'), 0);
    for (let i = 0; i < 100; i++) tree.record(message('busy', String(i)), i);
    assert.deepEqual(payloads(tree, 'quiet'), ['still here']);
    assert.equal(payloads(tree, 'busy')?.at(-1), '99');
    assert.ok(tree.bytes <= 3000);
  });

  it('keeps the beginning of the last payload when there is no room for the payloads of all topics', () => {
    const tree = new TopicTree({ ...ROOMY, bytes: 3000 });
    for (let i = 0; i < 100; i++) tree.record(message(`topic/${i}`, `value ${i}`), i);
    assert.equal(tree.find('topic/0')?.latest, undefined);
    assert.equal(tree.find('topic/0')?.preview, 'value 0');
    assert.ok(tree.bytes <= 3000);
    tree.record(message('topic/0', 'again'), 200);
    assert.equal(tree.find('topic/0')?.preview, 'again');
    assert.equal(tree.find('topic')?.topics, 100);
  });

  it('counts the bytes of properties', () => {
    const tree = new TopicTree({ ...ROOMY, bytes: 3000 });
    const userProperties = { name: 'x'.repeat(2000) };
    tree.record(message('a', '1', { properties: { userProperties } }), 0);
    tree.record(message('b', '2', { properties: { userProperties } }), 0);
    assert.ok(tree.bytes <= 3000);
  });

  it('knows which topics are retained, until an empty retained message arrives', () => {
    const tree = new TopicTree(ROOMY);
    const retained = (payload: string, retain: boolean): boolean | undefined => {
      tree.record(message('a', payload, { retain }), 0);
      return tree.find('a')?.retained;
    };
    assert.equal(retained('1', false), false);
    assert.equal(retained('2', true), true);
    assert.equal(retained('3', false), true);
    assert.equal(retained('', true), false);
  });

  it('accepts no further topics when it is full, counts their messages, and continues with the known ones', () => {
    for (const limits of [{ nodes: 2 }, { characters: 6 }]) {
      const tree = new TopicTree({ ...ROOMY, ...limits });
      for (const topic of ['a/b', 'c/d/e/f', 'a/b']) tree.record(message(topic), 0);
      assert.equal(tree.find('a/b')?.messages, 2);
      assert.equal(tree.find('c'), undefined);
      assert.deepEqual(tree.dropped, { rate: 0, topics: 1 });
    }
  });

  it('accepts no topic with too many levels', () => {
    const tree = new TopicTree(ROOMY);
    tree.record(message('/'.repeat(60_000)), 0);
    assert.deepEqual(tree.dropped, { rate: 0, topics: 1 });
    assert.equal(tree.nodes, 0);
  });

  it('admits as many messages as it records, each once, before they are read', () => {
    const tree = new TopicTree({ ...ROOMY, messagesPerSecond: 10, burst: 20 });
    const admitted = Array.from({ length: 25 }, () => tree.admits(1000)).filter(Boolean);
    for (const _ of admitted) tree.record(message('a'), 1000);
    assert.equal(tree.root.messages, 20);
    assert.deepEqual(tree.dropped, { rate: 5, topics: 0 });
    tree.record(message('a'), 1000);
    assert.deepEqual([tree.root.messages, tree.dropped.rate], [20, 6], 'what was not asked for has no room of its own');
  });

  it('does not reuse the admission of a message that was lost with its connection', () => {
    const tree = new TopicTree({ ...ROOMY, messagesPerSecond: 10, burst: 20 });
    for (let i = 0; i < 20; i++) tree.admits(1000);
    tree.forgetAdmitted();
    for (let i = 0; i < 15; i++) tree.record(message('a'), 2000);
    assert.deepEqual([tree.root.messages, tree.dropped.rate], [10, 5]);
  });

  it('records a limited number of messages per second, with a burst at the start, and counts the others', () => {
    const tree = new TopicTree({ ...ROOMY, messagesPerSecond: 10, burst: 20 });
    for (let i = 0; i < 25; i++) tree.record(message('a'), 1000);
    for (let i = 0; i < 15; i++) tree.record(message('a'), 2000);
    assert.equal(tree.root.messages, 30);
    assert.deepEqual(tree.dropped, { rate: 10, topics: 0 });
  });

  it('returns the kept messages in the order of arrival', () => {
    const tree = new TopicTree(ROOMY);
    for (const topic of ['b', 'a', 'b', 'c']) tree.record(message(topic), 0);
    assert.deepEqual(
      tree.recorded().map(({ topic }) => topic),
      ['b', 'a', 'b', 'c'],
    );
  });
});
