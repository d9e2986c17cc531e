// What a broker node with a persistent session remembers for the next process.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import type { WireFilter } from '#src/core/topics/topic-filter';
import { sessionFile } from '#src/runtime/storage/session-file';
import { emptyUserDir, removeUserDir } from '../helpers/flows/node-red-process';
import { SessionFile } from '../helpers/flows/user-directory';

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

  /** The file as a new process sees it. */
  function open(): NonNullable<ReturnType<typeof sessionFile>> {
    // All that it needs of Node-RED and of its node.
    const file = sessionFile(
      { settings: { userDir } } as NodeAPI,
      { id: 'broker', debug() {} } as Partial<Node> as Node,
    );
    assert.ok(file);
    return file;
  }

  it('is written before anything is sent in a session, even if the process is killed then', async () => {
    const file = open();
    file.settle('server and client');
    assert.equal(open().home, 'server and client');
    await file.written();
  });

  it('holds nothing of another session', async () => {
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

  it('never returns to an earlier session, whatever was being written', async () => {
    const file = open();
    for (let round = 1; round <= 100; round++) {
      file.settle(`old ${round}`);
      // Long enough to be still in writing when the client is at another server.
      file.remember(() => Array(2000).fill({ request: REQUEST }));
      for (let wait = round % 10; wait > 0; wait--) await new Promise(setImmediate);
      file.settle(`new ${round}`);
      const beginnings: (string | undefined)[] = [];
      let done = false;
      const written = file.written().then(() => {
        done = true;
      });
      while (!done) {
        beginnings.push(open().home);
        await new Promise(setImmediate);
      }
      await written;
      beginnings.push(open().home);
      assert.deepEqual(new Set(beginnings), new Set([`new ${round}`]));
    }
  });

  it('is deleted with its node', async () => {
    const file = open();
    file.settle('server and client');
    await file.forget();
    assert.equal(open().home, undefined);
  });
});

describe('a test that waits for text in a session file', () => {
  it('sees what is written right after it has read', async () => {
    const userDir = emptyUserDir();
    try {
      const file = new SessionFile(join(userDir, 'broker.session.json'));
      for (let round = 0; round < 10; round++) {
        const seen = file.contains(`text of round ${round}`);
        file.text = `the text of round ${round}`;
        await seen;
      }
    } finally {
      removeUserDir(userDir);
    }
  });
});
