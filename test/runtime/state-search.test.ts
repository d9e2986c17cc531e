// What the dialog of a topic state node finds among many topics, and what that costs the flows.

import assert from 'node:assert/strict';
import { TopicRecord } from '#src/core/state/topic-record';
import { TopicRecords } from '#src/core/state/topic-records';
import { StateSearch } from '#src/runtime/state/state-search';
import { FakeClock } from '../helpers/fakes/fake-clock';

describe('A search in the topics of a state', () => {
  let clock: FakeClock;
  let walks: number;
  /** ms that a walk through all topics takes */
  let takes: number;
  let known: TopicRecord[];
  let search: StateSearch;

  beforeEach(() => {
    clock = new FakeClock();
    walks = 0;
    takes = 100;
    known = ['plant/b', 'plant/a', 'Hall/a'].map((topic) => new TopicRecord(topic, { payload: 1, retain: false }, 0));
    const all = (): TopicRecord[] => {
      walks++;
      clock.advance(takes);
      return [...known];
    };
    search = new StateSearch({ all, match: () => all().slice(0, 1) }, clock);
  });

  const found = (text: string): string[] => search.find(text).map(({ topic }) => topic);

  it('finds all, by words or by a filter, in order', () => {
    assert.deepEqual(found(''), ['Hall/a', 'plant/a', 'plant/b']);
    assert.deepEqual(found('A hall'), ['Hall/a']);
    assert.deepEqual(found('plant/+'), ['plant/b']);
    const limits = { topics: 10, bytes: 10_000, unused: 0 };
    const records = new TopicRecords(limits, () => {});
    for (const { topic, value } of known) records.add(topic, value, 0);
    const real = new StateSearch(records, clock).find('plant/+').map(({ topic }) => topic);
    assert.deepEqual(real, ['plant/a', 'plant/b']);
  });

  it('rests for 20 times as long as a walk takes, however many look', () => {
    for (let look = 0; look < 10; look++) found('hall');
    assert.equal(walks, 1);
    known.push(new TopicRecord('hall/new', { payload: 1, retain: false }, 0));
    clock.advance(1999);
    assert.equal(found('hall').length, 1);
    clock.advance(1);
    assert.deepEqual([found('hall').length, walks], [2, 2]);
  });

  it('walks at once for another text, and when a walk takes no time', () => {
    found('hall');
    found('plant');
    assert.equal(walks, 2);
    takes = 0;
    known.pop();
    found('none');
    clock.advance(1);
    found('none');
    assert.equal(walks, 4);
  });

  it('holds few results at a time', () => {
    for (const text of ['a', 'b', 'c', 'd', 'e', 'e']) found(text);
    assert.equal(walks, 6);
    takes = 0;
    clock.advance(10_000);
    found('e');
    assert.equal(walks, 7);
  });
});
