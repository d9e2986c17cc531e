// What the runtime reads of the sidebar's requests: what fits, and nothing else, for anyone may send them.

import assert from 'node:assert/strict';
import { readHistory, readPublish, readStart, readStop, readView } from '#src/core/sidebar/sidebar-requests';

const NO_OBJECTS: readonly unknown[] = [undefined, null, '', 'text', 1, [], {}];

describe('A request of the topics sidebar', () => {
  it('is refused if it has another form', () => {
    for (const body of NO_OBJECTS) {
      const read = [readStart(body, true), readView(body), readPublish(body), readStop(body), readHistory(body)];
      assert.deepEqual(read, new Array(5).fill(undefined), JSON.stringify(body));
    }
  });

  it('to start names a broker and a filter without a group', () => {
    const start = (filter: unknown): string | undefined => readStart({ broker: 'b', filter }, true)?.filter.wire;
    assert.equal(start('plant/+line/#'), 'plant/+/#');
    for (const filter of ['', 'a/#/b', 'a+', '$share/group/a', 7]) assert.equal(start(filter), undefined);
  });

  it('names its viewer', () => {
    assert.deepEqual(readStop({ viewer: 'v' }), { viewer: 'v', reload: false });
    assert.equal(readStop({ viewer: 7 }), undefined);
  });

  it('for rows is limited in number', () => {
    const view = { viewer: 'v', from: 3, count: 1_000_000, after: 0 };
    assert.deepEqual(readView(view), { viewer: 'v', from: 3, count: 500, after: 0, hidden: false });
    const selection = { open: true, exceptions: ['a', 1, 'b'], search: 'x' };
    const read = readView({ ...view, selection, topic: 'a/b', hidden: true });
    const rest = { place: 'topic', retained: false, changed: false, unsubscribed: false };
    assert.deepEqual(read?.selection, { open: true, exceptions: new Set(['a', 'b']), search: 'x', ...rest });
    assert.deepEqual([read?.topic, read?.hidden], ['a/b', true]);
    const many = { ...selection, exceptions: new Array(30_000).fill('a') };
    for (const wrong of [
      { from: -1 },
      { from: 0.5 },
      { count: '5' },
      { topic: 1 },
      { selection: 1 },
      { selection: many },
      { selection: { ...selection, place: 'everywhere' } },
      { selection: { ...selection, search: 'x'.repeat(2000) } },
    ]) {
      assert.equal(readView({ ...view, ...wrong }), undefined, JSON.stringify(wrong).slice(0, 60));
    }
  });

  it('to record keeps one of the offered amounts', () => {
    assert.equal(readStart({ broker: 'b', filter: '#' }, true)?.bytes, 32 * 1024 * 1024);
    assert.equal(readStart({ broker: 'b', filter: '#', bytes: 8 * 1024 * 1024 }, true)?.bytes, 8 * 1024 * 1024);
    for (const bytes of [1, 1e12, '8', null])
      assert.equal(readStart({ broker: 'b', filter: '#', bytes }, true), undefined);
  });

  it('for older messages names a place among them', () => {
    const asked = { viewer: 'v', topic: 'a', count: 1_000_000 };
    const place = (more: object): unknown => readHistory({ ...asked, ...more })?.place;
    assert.deepEqual(place({ before: 7 }), { kind: 'before', sequence: 7 });
    assert.deepEqual(place({ after: 7 }), { kind: 'after', sequence: 7 });
    assert.deepEqual(place({ at: 1000 }), { kind: 'at', at: 1000 });
    assert.equal(readHistory({ ...asked, at: 1 })?.count, 500);
    for (const wrong of [{}, { at: -1 }, { at: 1, format: 3 }, { at: 1, topic: 7 }])
      assert.equal(place(wrong), undefined);
  });

  it('to publish is complete, with a valid topic', () => {
    const publication = { broker: 'b', topic: 'a/b', payload: '', qos: 1, retain: true };
    assert.deepEqual(readPublish({ ...publication, more: 1 }), publication);
    for (const wrong of [
      { topic: 'a/#' },
      { topic: '' },
      { qos: 3 },
      { qos: '1' },
      { retain: 'true' },
      { payload: 1 },
    ]) {
      assert.equal(readPublish({ ...publication, ...wrong }), undefined, JSON.stringify(wrong));
    }
  });

  it('may name a payload format, to look at messages and to publish', () => {
    const view = { viewer: 'v', from: 0, count: 1, after: 0 };
    const publication = { broker: 'b', topic: 'a', payload: '{}', qos: 1, retain: false };
    for (const format of ['cbor', 'gzip+json', 'of-another-package']) {
      assert.equal(readView({ ...view, format })?.format, format);
      const sent = { ...publication, format, describe: true };
      assert.deepEqual(readPublish(sent), sent);
    }
    for (const format of [7, {}, null, 'x'.repeat(10_000)]) {
      assert.equal(readView({ ...view, format }), undefined, String(format).slice(0, 20));
      assert.equal(readPublish({ ...publication, format }), undefined, String(format).slice(0, 20));
    }
  });
});
