// The folder of a broker node's outbox: the same after each deploy, and different for each node.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import { outboxStore } from '#src/runtime/storage/outbox-directory';
import { emptyUserDir, removeUserDir } from '../helpers/flows/node-red-process';

describe('the folder of an outbox', () => {
  let userDir: string;
  beforeEach(() => {
    userDir = emptyUserDir();
  });
  afterEach(() => removeUserDir(userDir));

  /** The folders in the user directory once the outbox of `node` has been open. */
  async function folders(node: object): Promise<string[]> {
    // All that is asked of Node-RED here.
    const RED = { settings: { userDir } } as unknown as NodeAPI;
    const store = outboxStore(RED, node as Node, false);
    await store.open();
    await store.close();
    return readdirSync(join(userDir, 'mqtt-flows'));
  }

  it('has the id of the node', async () => {
    assert.deepEqual(await folders({ id: 'a1b2', _path: 'tab/a1b2' }), ['a1b2.outbox']);
  });

  it('does not exist without a user directory, which is reported', async () => {
    const RED = { settings: {} } as unknown as NodeAPI;
    await assert.rejects(outboxStore(RED, { id: 'a' } as Node, false).open(), { code: 'outbox-unavailable' });
  });
});
