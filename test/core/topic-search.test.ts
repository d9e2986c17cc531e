// What a viewer of topics finds: by words of a topic, by value, by user property, and by the state of a topic.

import assert from 'node:assert/strict';
import type { IncomingPublication } from '#src/core/publications/publication';
import { markedParts } from '#src/core/sidebar/marked-parts';
import { type TopicSearch, topicSearch } from '#src/core/sidebar/topic-search';
import { TopicTree } from '#src/core/sidebar/topic-tree';

const LIMITS = {
  nodes: 1000,
  characters: 100_000,
  levels: 20,
  history: 10,
  bytes: 1_000_000,
  payload: 1000,
  messagesPerSecond: 1000,
  burst: 1000,
};
const NONE: TopicSearch = { search: '', place: 'topic', retained: false, changed: false, unsubscribed: false };

describe('A search for topics', () => {
  const tree = new TopicTree(LIMITS);
  const record = (topic: string, payload: string, more: Partial<IncomingPublication> = {}, replayed = false): void =>
    tree.record(
      { topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false, subscriptionIdentifiers: [], ...more },
      0,
      replayed,
      100_000,
    );
  record('plant/Line1/machine02/temp', '21.5 °C');
  record('plant/line1/machine10/temp', '{"state":"Läuft"}', {
    properties: { userProperties: { Source: 'PLC 7', tag: ['a', 'Hall B'] } },
  });
  record('plant/line2/machine02/temp', 'IDLE', { retain: true }, true);

  function found(search: Partial<TopicSearch>, now = 100_000): string[] {
    const subscribed = (topic: string): boolean => topic.startsWith('plant/line1');
    const matches = topicSearch({ ...NONE, ...search }, { now, subscribed });
    return tree
      .recorded()
      .map(({ topic }) => topic)
      .filter((topic) => matches(tree.find(topic) ?? assert.fail(topic)))
      .map((topic) => topic.slice('plant/'.length, -'/temp'.length));
  }

  it('finds topics with all the words, in any order and any case', () => {
    assert.deepEqual(found({ search: 'line1 machine02' }), ['Line1/machine02']);
    assert.deepEqual(found({ search: 'MACHINE02  li' }), ['Line1/machine02', 'line2/machine02']);
    assert.deepEqual(found({ search: 'line2/mach' }), ['line2/machine02']);
    assert.deepEqual(found({ search: 'line1 line2' }), []);
  });

  it('finds topics by a topic filter', () => {
    assert.deepEqual(found({ search: 'plant/+/machine02/#' }), ['Line1/machine02', 'line2/machine02']);
  });

  it('finds a text in the last value', () => {
    assert.deepEqual(found({ search: 'idle', place: 'value' }), ['line2/machine02']);
    assert.deepEqual(found({ search: 'LÄUFT', place: 'value' }), ['line1/machine10']);
    assert.deepEqual(found({ search: '5 °c', place: 'value' }), ['Line1/machine02']);
    assert.deepEqual(found({ search: 'plant', place: 'value' }), []);
  });

  it('finds user properties by a part of name or value, or by both', () => {
    for (const search of ['sourc', 'plc', 'hall', 'source=7', 'tag = hall b'])
      assert.deepEqual(found({ search, place: 'property' }), ['line1/machine10'], search);
    for (const search of ['tag=plc', 'sour=7', 'x']) assert.deepEqual(found({ search, place: 'property' }), [], search);
  });

  it('finds topics that are retained, have changed, or that no node subscribes to', () => {
    assert.deepEqual(found({ retained: true }), ['line2/machine02']);
    assert.deepEqual(found({ changed: true }), ['Line1/machine02', 'line1/machine10']);
    assert.deepEqual(found({ changed: true }, 160_000), []);
    assert.deepEqual(found({ unsubscribed: true }), ['Line1/machine02', 'line2/machine02']);
    assert.deepEqual(found({ unsubscribed: true, changed: true, search: 'temp' }), ['Line1/machine02']);
  });
});

describe('What was searched for', () => {
  const marked = (text: string, ...words: string[]): string =>
    markedParts(text, words)
      .map((part) => (part.marked ? `[${part.text}]` : part.text))
      .join('');

  it('is marked wherever it stands, in any case, also where two overlap', () => {
    assert.equal(marked('Line1 line', 'line'), '[Line]1 [line]');
    assert.equal(marked('machine', 'mach', 'chin'), '[machin]e');
    assert.equal(marked('plain', 'x', ''), 'plain');
    assert.equal(marked('', 'x'), '');
  });

  it('is not marked in a text whose letters change their length', () => {
    assert.equal(marked('İstanbul', 'stan'), 'İstanbul');
  });
});
