// What is done with a branch of topics, and the drafts of messages that are published to it.

import assert from 'node:assert/strict';
import { jsonProblem, looksLikeJson, readDrafts, withDraft, withoutDraft } from '#src/core/sidebar/publish-draft';
import { branchValues, retainedBelow, topicsBelow } from '#src/core/sidebar/topic-branch';
import { type TopicNode, TopicTree } from '#src/core/sidebar/topic-tree';

const LIMITS = {
  nodes: 100_000,
  characters: 10_000_000,
  levels: 100,
  history: 10,
  bytes: 10_000_000,
  payload: 2_000_000,
  messagesPerSecond: 100_000,
  burst: 100_000,
};

function treeOf(messages: readonly (readonly [string, string | Buffer, boolean])[]): TopicTree {
  const tree = new TopicTree(LIMITS);
  for (const [topic, payload, retain] of messages) {
    const bytes = Buffer.from(payload);
    tree.record({ topic, payload: bytes, qos: 0, retain, dup: false, subscriptionIdentifiers: [] }, 0);
  }
  return tree;
}

function nodeAt(tree: TopicTree, path: string): TopicNode {
  return tree.find(path) ?? assert.fail(path);
}

describe('A branch of topics', () => {
  const tree = treeOf([
    ['plant', 'x', true],
    ['plant/b', '{"on":true}', true],
    ['plant/b/c', Buffer.from([0xff, 0x00]), false],
    ['plant/a', '21', false],
    ['plant/old', '1', true],
    ['plant/old', '', true],
    ['plants', 'other', true],
    ['plant/__proto__', 'é', true],
  ]);

  it('has the topics at its top and below, in order', () => {
    const paths = [...topicsBelow(nodeAt(tree, 'plant'))].map(({ path }) => path);
    assert.deepEqual(paths, ['plant', 'plant/__proto__', 'plant/a', 'plant/b', 'plant/b/c', 'plant/old']);
  });

  it('has retained messages until they are deleted', () => {
    assert.deepEqual(retainedBelow(nodeAt(tree, 'plant')), ['plant', 'plant/__proto__', 'plant/b']);
  });

  it('becomes an object of its last values: JSON, text, and other bytes in Base64', () => {
    const { values, missing } = branchValues(nodeAt(tree, 'plant/b'));
    assert.deepEqual(values, { 'plant/b': { on: true }, 'plant/b/c': { base64: '/wA=' } });
    assert.equal(missing, 0);
    assert.equal(branchValues(nodeAt(tree, 'plant')).values['plant/__proto__'], 'é');
  });

  it('becomes an object that can be written as JSON with all digits, whatever the payloads are', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const strange = treeOf([
      ['a/id', '{"id":1724442618569203714}', false],
      ['a/number', '1724442618569203714', false],
      ['a/deep', deep, false],
    ]);
    const { values } = branchValues(nodeAt(strange, 'a'));
    assert.deepEqual(JSON.parse(JSON.stringify(values)), {
      'a/id': { id: '1724442618569203714' },
      'a/number': '1724442618569203714',
      'a/deep': deep,
    });
  });

  it('becomes an object of a bounded size, which counts what it leaves out', () => {
    const large = treeOf(Array.from({ length: 5 }, (_, i) => [`big/${i}`, 'x'.repeat(1_000_000), false] as const));
    const { values, missing } = branchValues(nodeAt(large, 'big'));
    assert.deepEqual([Object.keys(values).length, missing], [2, 3]);
  });

  it('leaves out a payload of which only the beginning is kept', () => {
    const cut = new TopicTree({ ...LIMITS, payload: 4 });
    const publication = { topic: 'a', qos: 0, retain: false, dup: false, subscriptionIdentifiers: [] } as const;
    cut.record({ ...publication, payload: Buffer.from('123456') }, 0);
    assert.deepEqual(branchValues(nodeAt(cut, 'a')), { values: {}, missing: 1 });
  });

  it('is exported alone', () => {
    const recorded = tree.recorded(nodeAt(tree, 'plant/b')).map(({ topic }) => topic);
    assert.deepEqual(recorded, ['plant/b', 'plant/b/c']);
  });
});

describe('Drafts of messages', () => {
  const draft = {
    topic: 'a',
    payload: '1',
    qos: 1,
    retain: true,
    format: 'cbor',
    compression: 'gzip',
    describe: true,
    every: 5,
  };

  it('are read as they were kept, without what is none', () => {
    assert.deepEqual(readDrafts([draft, 7, null, { topic: 1 }]), [draft]);
    assert.deepEqual(readDrafts('x'), []);
    assert.deepEqual(readDrafts([{ topic: 'a', payload: '', qos: 9, every: 0, format: 3 }]), [
      { ...draft, payload: '', qos: 0, retain: false, format: '', compression: '', describe: false, every: 1 },
    ]);
    assert.equal(readDrafts(new Array(100).fill(draft)).length, 30);
  });

  it('are changed among those that are kept now, which other tabs of the browser change, too', () => {
    const [own] = readDrafts([draft]);
    assert.ok(own);
    const [other, written] = [
      { ...own, topic: 'other' },
      { ...own, payload: '2' },
    ];
    assert.deepEqual(withDraft([other], own), { drafts: [other, own], at: 1 });
    assert.deepEqual(withDraft([other, own], written, { ...own }), { drafts: [other, written], at: 1 });
    assert.deepEqual(withoutDraft([other, own], { ...own }), [other]);
    // Another tab has taken it away.
    assert.deepEqual(withDraft([other], written, own), { drafts: [other, written], at: 1 });
    assert.deepEqual(withoutDraft([other], own), [other]);
  });

  it('are checked as JSON, with the place of a mistake', () => {
    assert.equal(jsonProblem('{"a":[1,2]}'), undefined);
    assert.deepEqual(jsonProblem('{\n  "a": 1,\n}'), { line: 3, column: 1 });
    assert.deepEqual(jsonProblem('{"a":'), { line: 1, column: 6 });
    for (const text of ['{', ' [1', '"x"']) assert.equal(looksLikeJson(text), true, text);
    for (const text of ['', '21', 'on', '<a>']) assert.equal(looksLikeJson(text), false, text);
  });
});
