// What the runtime reads of the sidebar's requests: what fits, and nothing else, for anyone may send them.

import assert from 'node:assert/strict';
import { readPublish, readStart, readView, readViewer } from '#src/core/sidebar/sidebar-protocol';

const NO_OBJECTS: readonly unknown[] = [undefined, null, '', 'text', 1, [], {}];

describe('A request of the topics sidebar', () => {
  it('is refused if it has another form', () => {
    for (const body of NO_OBJECTS) {
      const read = [readStart(body, true), readView(body), readPublish(body), readViewer(body)];
      assert.deepEqual(read, [undefined, undefined, undefined, undefined], JSON.stringify(body));
    }
  });

  it('to start names a broker and a filter without a group', () => {
    const start = (filter: unknown): string | undefined => readStart({ broker: 'b', filter }, true)?.filter.wire;
    assert.equal(start('plant/+line/#'), 'plant/+/#');
    for (const filter of ['', 'a/#/b', 'a+', '$share/group/a', 7]) assert.equal(start(filter), undefined);
  });

  it('names its viewer', () => {
    assert.equal(readViewer({ viewer: 'v' }), 'v');
    assert.equal(readViewer({ viewer: 7 }), undefined);
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
