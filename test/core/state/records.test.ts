// What is kept of topics, within bounds: the longest unused leaves first.

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { isTooDeep } from '#src/core/payloads/too-deep';
import { levelsObject } from '#src/core/state/levels-object';
import { sameValue } from '#src/core/state/same-value';
import { keptText, readEntries, readKept, stateEntry } from '#src/core/state/state-entry';
import { valuePreview } from '#src/core/state/value-preview';
import { valueSize } from '#src/core/state/value-size';
import { heapInUse } from '../../helpers/process/heap';
import { filterOf } from '../parsed';
import { ROOMY, Trial } from './states';

function topics(trial: Trial): string[] {
  return trial.states.records
    .all()
    .map(({ topic }) => topic)
    .sort();
}

describe('The records of topics', () => {
  it('are found by topic and by filter', () => {
    const trial = new Trial();
    for (const topic of ['plant/a/temp', 'plant/b/temp', 'plant/a/state', 'plant', '$SYS/up']) trial.take(topic, 1);
    const found = (filter: string): string[] =>
      trial.states
        .ask(filterOf(filter), 0)
        .map(({ topic }) => topic)
        .sort();
    assert.deepEqual(found('plant/+line/temp'), ['plant/a/temp', 'plant/b/temp']);
    assert.deepEqual(found('plant/#'), ['plant', 'plant/a/state', 'plant/a/temp', 'plant/b/temp']);
    assert.deepEqual(found('plant/a/temp'), ['plant/a/temp']);
    assert.equal(found('#').length, 4);
    assert.deepEqual(found('$SYS/#'), ['$SYS/up']);
    assert.deepEqual(found('nothing/#'), []);
  });

  it('are bounded by topics: the longest unused leaves, neither received nor asked for', () => {
    const trial = new Trial({ limits: { ...ROOMY, topics: 3 } });
    for (const topic of ['a', 'b', 'c']) trial.take(topic, 1);
    trial.take('a', 2);
    trial.states.ask(filterOf('b'), 0);
    trial.take('d', 1);
    assert.deepEqual(topics(trial), ['a', 'b', 'd']);
    assert.equal(trial.states.records.crowdedOut, 1);
    trial.take('c', 1);
    assert.deepEqual(topics(trial), ['b', 'c', 'd']);
  });

  it('are bounded by bytes, and hold the latest value even if it alone is too large', () => {
    const trial = new Trial({ limits: { ...ROOMY, bytes: 10_000 } });
    for (let i = 0; i < 50; i++) trial.take(`t/${i}`, 'x'.repeat(1000));
    assert.ok(trial.states.records.bytes <= 10_000);
    assert.ok(trial.states.records.find('t/49'));
    trial.take('large', 'x'.repeat(50_000));
    assert.deepEqual(topics(trial), ['large']);
    trial.take('small', 1);
    assert.deepEqual(topics(trial), ['small']);
    assert.ok(trial.states.records.bytes < 1000);
  });

  it('count the levels of a topic, each of which takes memory, and what a waiting change is compared with', () => {
    const deep = new Trial();
    for (let i = 0; i < 100; i++) deep.take(`t/${i}${'/x'.repeat(200)}`, 1);
    assert.ok(deep.states.records.bytes > 4_000_000);
    const paced = new Trial({ pace: 1000 });
    paced.take('a', 'x'.repeat(100_000));
    const { bytes } = paced.states.records;
    paced.take('a', 'y'.repeat(100_000));
    assert.ok(paced.states.records.bytes > 1.9 * bytes);
    paced.pass(1000);
    assert.ok(paced.states.records.bytes < 2.1 * bytes);
    const equal = new Trial();
    for (let i = 0; i < 3; i++) equal.take('a', { text: 'x'.repeat(100_000) });
    assert.ok(equal.states.records.bytes < 1.1 * bytes);
  });

  it('are bounded by the time for which nobody has used them', () => {
    const trial = new Trial({ limits: { ...ROOMY, unused: 1000 } });
    trial.take('a', 1);
    trial.pass(600);
    trial.take('b', 1);
    trial.pass(399);
    assert.deepEqual(topics(trial), ['a', 'b']);
    trial.pass(1);
    assert.deepEqual(topics(trial), ['b']);
    trial.pass(600);
    assert.equal(trial.states.records.size, 0);
    assert.equal(trial.states.records.bytes, 0);
  });

  it('of fifty times as many topics stay within the bounds, and so does the memory, silence and pace included', function () {
    this.timeout(300_000);
    const rules = [{ kind: 'time', after: 86_400_000 }] as const;
    const trial = new Trial({
      rules,
      pace: 3_600_000,
      first: false,
      limits: { topics: 4000, bytes: 1e9, unused: 0 },
    });
    const fill = (from: number, to: number): void => {
      for (let i = from; i < to; i++) {
        trial.now += 1;
        const topic = `plant/${i % 100}/device/${i}`;
        trial.take(topic, i);
        // The second change is sent at once; the third waits for its turn.
        if (i % 10 === 0) for (const value of [i + 1, i + 2]) trial.take(topic, value);
        trial.news();
      }
    };
    fill(0, 8000);
    const before = heapInUse();
    fill(8000, 200_000);
    const grown = heapInUse() - before;
    const { records } = trial.states;
    assert.equal(records.size, 4000);
    assert.equal(records.crowdedOut, 196_000);
    assert.equal(records.match(filterOf('#')).length, 4000);
    // That is 20 bytes for each topic that has gone.
    assert.ok(grown < 4e6, `${Math.round(grown / 1e6)} MB more`);
  });
});

describe('An entry of the state', () => {
  const time = { now: 5000, wall: 1_000_000 };

  it('shows the value as received, its age and when that was', () => {
    const trial = new Trial();
    trial.now = 2000;
    trial.take('a', { on: true });
    const record = trial.states.records.find('a');
    assert.ok(record);
    assert.deepEqual(stateEntry(record, time), {
      topic: 'a',
      payload: { on: true },
      retain: false,
      age: 3000,
      at: 997_000,
    });
  });

  it('is read back, by time or by age', () => {
    const read = readEntries(
      [
        { topic: 'a', payload: 1, retain: true, at: 999_000, age: 77, qos: 1 },
        { topic: 'b', payload: { type: 'Buffer', data: [1, 2] }, age: 10 },
        { topic: 'c' },
        { topic: 'd', at: 2_000_000 },
      ],
      time,
    );
    assert.ok(read.ok);
    assert.deepEqual(
      read.value.map(({ topic, value, at }) => [topic, value.payload, value.retain, value.qos, at]),
      [
        ['a', 1, true, 1, 4000],
        ['b', Buffer.from([1, 2]), false, undefined, 4990],
        ['c', undefined, false, undefined, 5000],
        ['d', undefined, false, undefined, 5000],
      ],
    );
  });

  for (const wrong of [
    'text',
    {},
    [1],
    [{}],
    [{ topic: 'a/+' }],
    [{ topic: 'a', at: 'now' }],
    [{ topic: 'a', age: -1 }],
    [{ topic: 'a', age: Number.POSITIVE_INFINITY }],
  ]) {
    it(`is refused when it is none: ${JSON.stringify(wrong)}`, () => {
      assert.equal(readEntries(wrong, time).ok, false);
    });
  }

  it('is kept as text over restarts, whatever the clocks show then', () => {
    const trial = new Trial({ rules: [{ kind: 'learnt', times: 3 }] });
    for (const value of [1, 2, Buffer.from([0, 255])]) {
      trial.now += 1000;
      trial.take('a', value);
    }
    const record = trial.states.records.find('a');
    assert.ok(record);
    const text = keptText(record, { now: 5000, wall: 1_000_000 });
    // The new process counts from another zero, 7 s later.
    const read = readKept(text, { now: 100, wall: 1_007_000 });
    assert.deepEqual(
      [read?.topic, read?.value.payload, read?.at, read?.heardAt],
      ['a', Buffer.from([0, 255]), -8900, -8900],
    );
    assert.deepEqual(read?.reference, { value: Buffer.from([0, 255]), at: -8900 });
    assert.equal(read?.rhythm?.[0], 2);
    // The clock was set back by a year.
    assert.equal(readKept(text, { now: 100, wall: 500 })?.at, 100);
  });

  it('is kept with when it was last used, so that a restart does not make it younger', () => {
    const before = new Trial();
    before.take('asked', 1);
    before.take('unasked', 1);
    before.now = 2000;
    before.states.ask(filterOf('asked'), 2000);
    const texts = [...before.states.records.inOrderOfUse()].map((kept) =>
      keptText(kept, { now: 2000, wall: 1_002_000 }),
    );
    const trial = new Trial({ limits: { ...ROOMY, unused: 10_000 } });
    for (const text of texts) {
      const read = readKept(text, { now: 0, wall: 1_009_000 });
      assert.ok(read);
      trial.states.restore(read, 0);
    }
    trial.pass(999);
    assert.deepEqual(topics(trial), ['asked', 'unasked']);
    trial.pass(1);
    assert.deepEqual(topics(trial), ['asked']);
    trial.pass(2000);
    assert.deepEqual(topics(trial), []);
  });

  it('is read back however deep it is, and from a message that holds circles', () => {
    const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const text = `{"topic":"a","value":{"payload":${deep(100_000)}},"at":1,"heardAt":1}`;
    assert.equal(readKept(text, time)?.topic, 'a');
    const circle: Record<string, unknown> = { bytes: { type: 'Buffer', data: [1] } };
    circle.left = circle;
    circle.right = circle;
    const read = readEntries([{ topic: 'a', payload: circle }], time);
    const payload = (read.ok ? read.value[0]?.value.payload : undefined) as typeof circle;
    assert.deepEqual(payload.bytes, Buffer.from([1]));
    assert.equal(payload.left, payload);
  });

  it('is refused when it is nested deeper than Node-RED can copy: its silence or change could not be told', () => {
    const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as unknown;
    const read = readEntries([{ topic: 'a', payload: { part: deep } }], time);
    assert.deepEqual(read.ok ? [] : [read.error.code, read.error.params.topic], ['payload-undecodable', 'a']);
  });

  it('is kept with a change that waits, which the next process sends', () => {
    const before = new Trial({ pace: 1000 });
    before.take('a', 1);
    before.take('a', 2);
    assert.deepEqual(before.news(), ['a 1']);
    const record = before.states.records.find('a');
    const read = record && readKept(keptText(record, { now: 10, wall: 10 }), { now: 0, wall: 500 });
    assert.ok(read);
    const after = new Trial({ pace: 1000 });
    after.states.restore(read, 0);
    after.pass(999);
    assert.deepEqual(after.news(), []);
    after.pass(1);
    assert.deepEqual(after.news(), ['a 2<1']);
  });

  for (const value of [
    new Date('2024-05-01T00:00:00Z'),
    new Date(Number.NaN),
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    undefined,
    [1, undefined, 2],
    { at: new Date(5), list: [Number.POSITIVE_INFINITY], nothing: undefined },
    { bytes: Buffer.from([1]), type: 'Date' },
    { type: 'Buffer', data: [1, 2] },
    [{ type: 'Buffer', data: ['a'] }, { type: 'Buffer', data: [] }, Buffer.alloc(0)],
    JSON.parse('{"__proto__":[null],"a":{"__proto__":1}}') as object,
  ]) {
    it(`is the same after a restart: ${inspect(value, { breakLength: Number.POSITIVE_INFINITY })}`, () => {
      const before = new Trial({ pace: 1000 });
      before.take('a', 0);
      before.news();
      before.take('a', value);
      const kept = before.states.records.find('a');
      const read = kept && readKept(keptText(kept, { now: 10, wall: 10 }), { now: 0, wall: 500 });
      assert.ok(read);
      assert.ok(sameValue(read.value.payload, value), inspect(read.value.payload));
      const after = new Trial({ pace: 1000 });
      after.states.restore(read, 0);
      after.pass(1000);
      assert.equal(after.news().length, 1, 'the change that waited');
      after.take('a', value);
      after.pass(1000);
      assert.deepEqual(after.news(), []);
    });
  }

  it('that looks like the form in which such values are kept is not kept, and not changed when it is set', () => {
    const looksKept = { mqttFlowsKept: 'Date', of: 5 };
    const trial = new Trial();
    trial.take('a', [looksKept]);
    const record = trial.states.records.find('a');
    assert.ok(record);
    assert.equal(keptText(record, time), undefined);
    const read = readEntries([{ topic: 'a', payload: looksKept }], time);
    assert.deepEqual(read.ok ? read.value[0]?.value.payload : read.error, looksKept);
  });

  it('that is a Buffer as JSON writes it becomes one when it is set, and nothing else does', () => {
    const texts = { type: 'Buffer', data: ['a', 300] };
    const read = readEntries([{ topic: 'a', payload: [{ type: 'Buffer', data: [1, 255] }, texts] }], time);
    assert.deepEqual(read.ok ? read.value[0]?.value.payload : read.error, [Buffer.from([1, 255]), texts]);
  });

  it('that has no JSON form is not kept, and what is no entry is not read', () => {
    const trial = new Trial();
    trial.take('map', new Map([[1, 2]]));
    const map = trial.states.records.find('map');
    assert.ok(map);
    assert.equal(keptText(map, { now: 0, wall: 0 }), undefined);
    assert.ok(valueSize(new Map([['a', 'x'.repeat(1000)]])) > 1000);
    trial.take('a', 1n);
    const record = trial.states.records.find('a');
    assert.ok(record);
    assert.equal(keptText(record, time), undefined);
    for (const text of [undefined, 5, '', 'null', '[]', '{"topic":"a"}', '{"topic":1,"value":{},"at":1,"heardAt":1}']) {
      assert.equal(readKept(text, time), undefined);
    }
  });
});

describe('An object by levels', () => {
  const object = (values: Record<string, unknown>): object =>
    levelsObject(Object.entries(values).map(([topic, payload]) => ({ topic, payload })));

  it('has the values where their topics are', () => {
    assert.deepEqual(object({ 'plant/a/temp': 1, 'plant/a/on': true, 'plant/b/temp': 2, top: 'x' }), {
      plant: { a: { temp: 1, on: true }, b: { temp: 2 } },
      top: 'x',
    });
  });

  it('tells a value from what is below it, in whatever order they come', () => {
    const whole = { a: { $value: { b: 'mine' }, b: 1 } };
    assert.deepEqual(object({ a: { b: 'mine' }, 'a/b': 1 }), whole);
    assert.deepEqual(object({ 'a/b': 1, a: { b: 'mine' } }), whole);
  });

  it('is no deeper than Node-RED can copy, however many levels a topic has', () => {
    const levels = (count: number): string => 'a/'.repeat(count);
    const whole = object({ [`${levels(30_000)}b`]: 1, [levels(199)]: 2 });
    assert.equal(isTooDeep(whole), false);
    let branch: unknown = whole;
    for (let level = 0; level < 199; level++) branch = (branch as Record<string, unknown>).a;
    assert.deepEqual(branch, { [`${levels(29_801)}b`]: 1, '': 2 });
  });

  it('takes any name of a level for nothing but a name', () => {
    const result = object({ '__proto__/polluted': 1, 'constructor/prototype/x': 2, '/a': 3, 'a//b': 4 });
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    assert.deepEqual(Object.keys(result), ['__proto__', 'constructor', '', 'a']);
    assert.equal(
      JSON.stringify(result),
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"x":2}},"":{"a":3},"a":{"":{"b":4}}}',
    );
  });
});

describe('A value', () => {
  it('is shown on one short line, without control characters', () => {
    assert.equal(valuePreview('on\u0007\n\u202eoff'), 'on off');
    assert.equal(
      valuePreview({ t: 21.5, unit: '°C', list: [1, null, undefined] }),
      '{"t":21.5,"unit":"°C","list":[1,null,undefined]}',
    );
    assert.equal(valuePreview(Buffer.from([1, 255])), '01 ff');
    assert.equal(valuePreview(undefined), 'undefined');
    assert.equal(valuePreview(new Date(5)), '1970-01-01T00:00:00.005Z');
    const strange = [
      new Date(Number.NaN),
      new Map<unknown, unknown>([
        [1, 'a'],
        [{}, 2],
      ]),
      new Set([1, 2]),
    ];
    assert.equal(valuePreview(strange), '[Invalid Date,{"1":"a","…":2},[1,2]]');
    assert.ok(valuePreview('x'.repeat(1e6)).length < 130);
    assert.ok(valuePreview(Array.from({ length: 1e4 }, () => ({ a: 'y'.repeat(1000) }))).length < 130);
    const circle: unknown[] = [];
    circle.push(circle);
    assert.ok(valuePreview(circle).startsWith('[[['));
  });

  it('has a size that grows with its content and ends in circles', () => {
    assert.ok(valueSize('x'.repeat(1000)) > 1000);
    assert.ok(valueSize(Buffer.alloc(5000)) > 5000);
    assert.ok(valueSize(Array.from({ length: 1000 }, (_, i) => ({ i }))) > 1000 * 50);
    assert.ok(valueSize({ payload: { ['x'.repeat(200_000)]: 1 } }) > 200_000, 'names are content');
    assert.ok(valueSize(Array.from({ length: 1e5 }, () => 0)) < 1e6, 'places in a list are none');
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    assert.ok(valueSize(circle) < 1e6);
  });
});
