// What a broker node with a persistent session remembers, seen by the next process.

import assert from 'node:assert/strict';
import type { Node, NodeAPI } from 'node-red';
import type { WireFilter } from '#src/core/topics/topic-filter';
import { sessionFile } from '#src/runtime/storage/session-file';
import { emptyUserDir, removeUserDir } from '../helpers/flows/node-red-process';

const REQUEST = {
  filter: 'a' as WireFilter,
  qos: 1,
  noLocal: false,
  retainAsPublished: true,
  retainHandling: 0,
} as const;

describe('the file about a session', () => {
  let userDir = '';
  beforeEach(() => {
    userDir = emptyUserDir();
  });
  afterEach(() => removeUserDir(userDir));

  /** As a process sees it that starts now. */
  function open(): NonNullable<ReturnType<typeof sessionFile>> {
    // All that it needs of Node-RED and of its node.
    const file = sessionFile(
      { settings: { userDir } } as NodeAPI,
      { id: 'broker', debug() {} } as Partial<Node> as Node,
    );
    assert.ok(file);
    return file;
  }

  it('says whose session it is before anything can be sent in it, though the process be killed then', async () => {
    const file = open();
    file.settle('server and client');
    assert.equal(open().home, 'server and client');
    await file.written();
  });

  it('keeps nothing of another session', async () => {
    const file = open();
    file.settle('one');
    file.remember(() => [{ request: REQUEST }]);
    await file.written();
    assert.equal(open().subscriptions.length, 1);
    file.settle('another');
    assert.deepEqual([open().home, open().subscriptions], ['another', []]);
    await file.written();
    assert.deepEqual([open().home, open().subscriptions], ['another', []]);
  });

  it('is gone with its node', async () => {
    const file = open();
    file.settle('server and client');
    await file.forget();
    assert.equal(open().home, undefined);
  });
});
