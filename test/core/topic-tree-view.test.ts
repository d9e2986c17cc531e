// What one viewer sees of a topic tree: open and closed branches, the search, and the order.

import assert from 'node:assert/strict';
import type { IncomingPublication } from '#src/core/publications/publication';
import type { SearchWorld } from '#src/core/sidebar/topic-search';
import { TopicTree } from '#src/core/sidebar/topic-tree';
import { EVERYTHING_CLOSED, type TopicSelection, TopicTreeView } from '#src/core/sidebar/topic-tree-view';

const LIMITS = {
  nodes: 100_000,
  characters: 1_000_000,
  levels: 20,
  history: 10,
  bytes: 1_000_000,
  payload: 1000,
  messagesPerSecond: 100_000,
  burst: 100_000,
};

function message(topic: string, payload: string | Buffer = '1'): IncomingPublication {
  const bytes = Buffer.from(payload);
  return { topic, payload: bytes, qos: 1, retain: true, dup: false, subscriptionIdentifiers: [] };
}

function treeOf(...topics: string[]): TopicTree {
  const tree = new TopicTree(LIMITS);
  for (const topic of topics) tree.record(message(topic), 0);
  return tree;
}

const WORLD: SearchWorld = { now: 0, subscribed: () => false };

/** The paths of the rows, by what is chosen. */
function paths(tree: TopicTree, selection: Partial<TopicSelection>): string[] {
  const view = new TopicTreeView(tree);
  view.show({ ...EVERYTHING_CLOSED, ...selection });
  view.refresh(WORLD);
  return view.rows(0, 1000, 0).map(({ path }) => path);
}

describe('The view of a topic tree', () => {
  it('lists its rows anew only when the tree has grown or the selection has changed', () => {
    const tree = treeOf('a');
    const view = new TopicTreeView(tree);
    assert.equal(view.isStale(0), true);
    view.refresh(WORLD);
    assert.equal(view.isStale(0), false);
    view.refresh(WORLD);
    tree.record(message('a', '2'), 1);
    assert.equal(view.isStale(0), false);
    tree.record(message('b'), 2);
    assert.equal(view.isStale(0), true);
    view.refresh(WORLD);
    assert.equal(view.length, 2);
  });

  it('follows messages and time where what is searched for depends on them', () => {
    const tree = treeOf('a');
    const view = new TopicTreeView(tree);
    view.show({ ...EVERYTHING_CLOSED, search: '2', place: 'value' });
    view.refresh(WORLD);
    assert.deepEqual([view.length, view.found, view.isStale(0)], [0, 0, false]);
    tree.record(message('a', '2'), 0);
    assert.equal(view.isStale(0), true);
    view.refresh(WORLD);
    assert.deepEqual([view.length, view.found], [1, 1]);
    assert.equal(view.isStale(5000), true);
    view.show(EVERYTHING_CLOSED);
    view.refresh(WORLD);
    assert.deepEqual([view.found, view.isStale(5000)], [undefined, false]);
  });

  const tree = treeOf('plant/line10/temp', 'plant/line9/temp', 'plant/line9/Speed', 'hall');

  it('begins with the first levels', () => assert.deepEqual(paths(tree, {}), ['hall', 'plant']));

  it('shows the rows below an open branch, with numbers in numerical order', () => {
    assert.deepEqual(paths(tree, { exceptions: new Set(['plant']) }), ['hall', 'plant', 'plant/line9', 'plant/line10']);
  });

  it('may have everything open except closed branches', () => {
    assert.deepEqual(paths(tree, { open: true, exceptions: new Set(['plant/line9']) }), [
      'hall',
      'plant',
      'plant/line9',
      'plant/line10',
      'plant/line10/temp',
    ]);
  });

  it('finds a part of a topic in any case, and opens the branches above it', () => {
    assert.deepEqual(paths(tree, { search: 'speed' }), ['plant', 'plant/line9', 'plant/line9/Speed']);
    assert.deepEqual(paths(tree, { search: 'nothing' }), []);
  });

  it('finds topics by a topic filter', () => {
    assert.deepEqual(paths(tree, { search: 'plant/+/temp' }), [
      'plant',
      'plant/line9',
      'plant/line9/temp',
      'plant/line10',
      'plant/line10/temp',
    ]);
  });

  it('has name, count, rate and last payload for each row', () => {
    const view = new TopicTreeView(tree);
    view.show({ ...EVERYTHING_CLOSED, search: 'hall' });
    view.refresh(WORLD);
    const [row] = view.rows(0, 1, 0);
    const { preview, retained, qos, at, open, messages, topics, depth } = row ?? {};
    assert.deepEqual(
      [preview, retained, qos, at, open, messages, topics, depth],
      ['1', true, 1, 0, undefined, 1, 1, 0],
    );
  });

  it('returns only the rows that are on the screen', () => {
    const many = treeOf(...Array.from({ length: 50_000 }, (_, index) => `many/${index}`));
    const view = new TopicTreeView(many);
    view.show({ ...EVERYTHING_CLOSED, open: true });
    view.refresh(WORLD);
    assert.equal(view.length, 50_001);
    assert.deepEqual(
      view.rows(40_000, 2, 0).map(({ name }) => name),
      ['39999', '40000'],
    );
  });

  it('shows the beginning of a payload on one line: text as text, other bytes in hexadecimal', () => {
    const preview = (payload: string | Buffer): string | undefined => {
      const one = new TopicTree(LIMITS);
      one.record(message('a', payload), 0);
      return one.find('a')?.preview;
    };
    assert.equal(preview('21.5\n°C'), '21.5 °C');
    assert.equal(preview('\u20ac'.repeat(1000)), `${'\u20ac'.repeat(120)}…`);
    assert.equal(preview(Buffer.from([0xff, 0x00, 0x10])), 'ff 00 10');
    assert.equal(preview(''), '');
  });
});
