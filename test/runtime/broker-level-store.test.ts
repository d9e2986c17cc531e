// The disk of the broker inside Node-RED: what is written is there again, and what is damaged is put aside.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreChange } from '#src/broker/store/broker-store';
import { StoreDamage } from '#src/broker/store/store-damage';
import { BrokerLevelStore } from '#src/runtime/storage/broker-level-store';
import { LevelError } from '#src/runtime/storage/level-folder';
import { LevelStore } from '#src/runtime/storage/level-store';
import { emptyUserDir, removeUserDir } from '../helpers/flows/node-red-process';

function put(key: string, value: string): StoreChange {
  return { kind: 'put', key, value: Buffer.from(value) };
}

function isTrouble(trouble: LevelError['trouble']): (error: unknown) => boolean {
  return (error) => error instanceof LevelError && error.trouble === trouble;
}

describe('the store of the broker on disk', () => {
  let folder: string;
  let path: string;
  let stores: { close(): Promise<void> }[];
  beforeEach(() => {
    folder = emptyUserDir();
    path = join(folder, 'mqtt-flows', 'x.broker');
    stores = [];
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    removeUserDir(folder);
  });

  function store(): BrokerLevelStore {
    const made = new BrokerLevelStore(path);
    stores.push(made);
    return made;
  }

  async function textsOf(opened: BrokerLevelStore): Promise<string[]> {
    const texts: string[] = [];
    for await (const [key, value] of opened.entries()) texts.push(`${key}=${value.toString()}`);
    return texts;
  }

  it('returns what was written when it is opened again, in the order of the keys', async () => {
    const first = store();
    assert.deepEqual(await first.open(), {});
    await first.write([put('r/ä/b', '1'), put('m/2', '2'), put('i/3', '3'), put('s/4', '')]);
    await first.write([{ kind: 'delete', key: 'm/2' }, put('m/10', '4')]);
    await first.close();
    const second = store();
    assert.deepEqual(await second.open(), {});
    assert.deepEqual(await textsOf(second), ['i/3=3', 'm/10=4', 'r/ä/b=1', 's/4=']);
  });

  it('reads thousands of entries', async () => {
    const opened = store();
    await opened.open();
    await opened.write(Array.from({ length: 3000 }, (_, index) => put(`r/${index}`, 'x')));
    assert.equal((await textsOf(opened)).length, 3000);
  });

  it('is not opened twice', async () => {
    await store().open();
    await assert.rejects(store().open(), isTrouble('locked'));
  });

  it('is moved aside when LevelDB cannot open it', async () => {
    const first = store();
    await first.open();
    await first.write([put('r/a', '1')]);
    await first.close();
    writeFileSync(join(path, 'CURRENT'), 'garbage');
    const second = store();
    const { aside } = await second.open();
    assert.equal(aside?.why, 'damaged');
    assert.ok(readdirSync(aside.path).length > 0, 'nothing was deleted');
    assert.deepEqual(await textsOf(second), []);
  });

  it('reports damage when an entry cannot be read, and is moved aside then', async () => {
    const first = store();
    await first.open();
    await first.write(Array.from({ length: 2000 }, (_, index) => put(`r/${index}`, `value ${index} `.repeat(20))));
    await first.close();
    // It moves what is in its log to a table when it is opened.
    const again = store();
    await again.open();
    await again.close();
    const table = tableIn(path);
    const bytes = readFileSync(table);
    bytes.fill(0x55, 1000, 9000);
    writeFileSync(table, bytes);
    const damaged = store();
    await damaged.open();
    await assert.rejects(textsOf(damaged), (error) => error instanceof StoreDamage);
    const aside = await damaged.putAside();
    assert.ok(statSync(aside.path).isDirectory());
    assert.deepEqual(await textsOf(damaged), []);
    await damaged.write([put('r/new', '1')]);
  });

  it('of another kind is moved aside', async () => {
    const other = new LevelStore({ path, fsync: false });
    stores.push(other);
    await other.open();
    await other.close();
    assert.equal((await store().open()).aside?.why, 'other-version');
  });

  it('continues after a failed write', async () => {
    const opened = store();
    await opened.open();
    await opened.write([put('r/before', '1')]);
    await opened.close();
    await assert.rejects(opened.write([put('r/a', '1')]), isTrouble('unavailable'));
    await opened.write([put('r/b', '2')]);
    assert.deepEqual(await textsOf(opened), ['r/b=2', 'r/before=1']);
  });

  it('does not create a new store when its folder is deleted while in use', async () => {
    const opened = store();
    await opened.open();
    await opened.write([put('r/before', '1')]);
    await opened.close();
    renameSync(path, `${path}.elsewhere`);
    for (const key of ['r/a', 'r/b']) await assert.rejects(opened.write([put(key, '1')]), isTrouble('unavailable'));
    rmSync(path, { recursive: true, force: true });
    renameSync(`${path}.elsewhere`, path);
    await opened.write([put('r/c', '1')]);
    assert.deepEqual(await textsOf(opened), ['r/before=1', 'r/c=1']);
  });
});

function tableIn(path: string): string {
  const name = readdirSync(path).find((each) => each.endsWith('.ldb'));
  assert.ok(name, 'a table');
  return join(path, name);
}
