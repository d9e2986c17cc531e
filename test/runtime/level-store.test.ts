// The disk of an outbox: what is written is there again, one process at a time, and trouble has a name.

import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MqttFlowsError } from '#src/core/mqtt-flows-error';
import { encodeRecord } from '#src/core/publication-record';
import { LevelStore } from '#src/runtime/level-store';
import { outgoing } from '../connection/publications';
import { emptyUserDir } from '../helpers/node-red-process';

function record(topic: string): Buffer {
  const publication = outgoing(topic);
  return encodeRecord({ publication, origin: '', acceptedAt: 0, expiresAt: Number.POSITIVE_INFINITY });
}

const put = (sequence: number) => ({ kind: 'put', sequence, record: record(`t${sequence}`) }) as const;

async function errorOf(promise: Promise<unknown>): Promise<MqttFlowsError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof MqttFlowsError, String(error));
  return error;
}

describe('the store of an outbox on disk', () => {
  let folder: string;
  let stores: LevelStore[];
  beforeEach(() => {
    folder = emptyUserDir();
    stores = [];
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    rmSync(folder, { recursive: true });
  });

  function store(path = join(folder, 'inner', 'x.outbox')): LevelStore {
    const made = new LevelStore({ path, fsync: false });
    stores.push(made);
    return made;
  }

  it('holds what was written when it is opened again: records in their order, and exchanges', async () => {
    const first = store();
    assert.deepEqual(await first.open(), { count: 0, bytes: 0, last: 0, exchanges: [] });
    await first.write([put(9), put(10), put(100)]);
    await first.write([
      { kind: 'exchange', sequence: 10, packetIdentifier: 65_535, received: true },
      { kind: 'exchange', sequence: 9, packetIdentifier: 1, received: false },
    ]);
    await first.close();
    const second = store();
    assert.deepEqual(await second.open(), {
      count: 3,
      bytes: 9,
      last: 100,
      exchanges: [
        { sequence: 9, packetIdentifier: 1, received: false },
        { sequence: 10, packetIdentifier: 65_535, received: true },
      ],
    });
    const all = await second.read({ after: 0, last: 1000, limit: 10, bytes: 1000 });
    assert.deepEqual(
      all,
      [9, 10, 100].map((sequence) => ({ sequence, record: record(`t${sequence}`) })),
    );
  });

  it('reads a part: after one, up to another, no more than asked for', async () => {
    const opened = store();
    await opened.open();
    await opened.write([1, 2, 3, 4, 5].map(put));
    const read = async (range: Partial<Parameters<LevelStore['read']>[0]>): Promise<number[]> => {
      const records = await opened.read({ after: 0, last: 5, limit: 10, bytes: 1000, ...range });
      return records.map(({ sequence }) => sequence);
    };
    assert.deepEqual(await read({ after: 2 }), [3, 4, 5]);
    assert.deepEqual(await read({ last: 2 }), [1, 2]);
    assert.deepEqual(await read({ limit: 3 }), [1, 2, 3]);
    assert.deepEqual(await read({ bytes: 1 }), [1]);
  });

  it('forgets a publication with its exchange, and an exchange alone', async () => {
    const opened = store();
    await opened.open();
    await opened.write([put(1), put(2)]);
    for (const sequence of [1, 2]) {
      await opened.write([{ kind: 'exchange', sequence, packetIdentifier: sequence, received: false }]);
    }
    await opened.write([
      { kind: 'remove', sequence: 1 },
      { kind: 'endExchange', sequence: 2 },
    ]);
    await opened.close();
    assert.deepEqual(await store().open(), { count: 1, bytes: 2, last: 2, exchanges: [] });
  });

  it('is locked while another has it open, and says so', async () => {
    await store().open();
    const error = await errorOf(store().open());
    assert.equal(error.code, 'outbox-locked');
    assert.match(String(error.params.path), /x\.outbox$/);
  });

  for (const [what, damage] of [
    ['garbage in the file that names the others', (path: string) => writeFileSync(join(path, 'CURRENT'), 'garbage')],
    ['that file missing', (path: string) => rmSync(join(path, 'CURRENT'))],
  ] as const) {
    it(`is put aside when it is damaged (${what}), and works on`, async () => {
      const first = store();
      await first.open();
      await first.write([put(1)]);
      await first.close();
      damage(join(folder, 'inner', 'x.outbox'));
      const second = store();
      const { count, damaged = '' } = await second.open();
      assert.equal(count, 0);
      assert.match(damaged, /x\.outbox\.damaged-/);
      assert.ok(readdirSync(damaged).length > 0, 'nothing was deleted');
      await second.write([put(1)]);
    });
  }

  it('says why it cannot be where it should', async () => {
    writeFileSync(join(folder, 'file'), '');
    const error = await errorOf(store(join(folder, 'file', 'x.outbox')).open());
    assert.equal(error.code, 'outbox-unavailable');
    assert.match(String(error.params.detail), /EEXIST|ENOTDIR/);
  });

  it('says so when it is used while closed', async () => {
    assert.equal((await errorOf(store().write([put(1)]))).code, 'outbox-unavailable');
  });
});
