// The outbox store on disk: it holds what was written, belongs to one process at a time, and names its errors.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ClassicLevel } from 'classic-level';
import { OutboxChunk } from '#src/connection/outbox/disk/outbox-chunk';
import type { StoreChange, StoredChunk } from '#src/connection/outbox/disk/outbox-store';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { decodeRecord, prepareRecord } from '#src/core/outbox/publication-record';
import { encodeChunk, recordsOf } from '#src/core/outbox/record-chunk';
import { contentBytes } from '#src/core/publications/publication-size';
import { LevelStore } from '#src/runtime/storage/level-store';
import { outgoing } from '../connection/publications';
import { emptyUserDir } from '../helpers/flows/node-red-process';
import { repository } from '../helpers/package/environment';

/** A chunk of publications on these topics. */
function chunk(number: number, ...topics: readonly string[]): StoreChange {
  const prepared = topics.map((topic) => {
    const publication = outgoing(topic);
    const bytes = contentBytes(publication);
    return prepareRecord({ publication, bytes, origin: '', acceptedAt: 0, expiresAt: Number.POSITIVE_INFINITY });
  });
  return { kind: 'chunk', number, records: encodeChunk(prepared) };
}

/** The marks of a chunk of `count` publications. */
function marked(number: number, count: number, mark: (chunk: OutboxChunk) => void): StoreChange {
  const made = new OutboxChunk(number, count);
  mark(made);
  return { kind: 'marks', number, marks: made.marks };
}

function topicsOf(chunks: readonly StoredChunk[]): (string | undefined)[][] {
  return chunks.map(({ records }) => recordsOf(records).map((record) => decodeRecord(record)?.publication.topic));
}

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

  it('returns what was written when it is opened again: publications in order, with their state', async () => {
    const first = store();
    assert.deepEqual(await first.open(), { count: 0, bytes: 0, last: 0, marks: new Map(), clockSet: 0, givenUp: [] });
    await first.write([chunk(9, 't1', 't2'), chunk(10, 't3'), chunk(100, 't4')]);
    const marks = marked(9, 2, (made) => {
      made.keepExchange(0, { packetIdentifier: 65_535, received: true });
      made.remove(1);
    });
    await first.write([marks]);
    await first.close();
    const second = store();
    const contents = await second.open();
    const { count, bytes, last } = contents;
    assert.deepEqual([count, bytes, last, [...contents.marks.keys()]], [3, 6, 100, [9]]);
    const restored = OutboxChunk.of(9, contents.marks.get(9) ?? Buffer.alloc(0));
    assert.deepEqual(restored.exchangeOf(0), { packetIdentifier: 65_535, received: true });
    assert.equal(restored.isThrough(1), true);
    const all = await second.read({ after: 0, last: 1000, limit: 10, bytes: 1000 });
    assert.deepEqual(
      all.map(({ number }) => number),
      [9, 10, 100],
    );
    assert.deepEqual(topicsOf(all), [['t1', 't2'], ['t3'], ['t4']]);
  });

  it('reads a range up to a limit', async () => {
    const opened = store();
    await opened.open();
    await opened.write(Array.from({ length: 50 }, (_, index) => chunk(index + 1, 'a', 'b')));
    const read = async (range: Partial<Parameters<LevelStore['read']>[0]>): Promise<number[]> => {
      const chunks = await opened.read({ after: 0, last: 50, limit: 1000, bytes: 100_000, ...range });
      return chunks.map(({ number }) => number);
    };
    assert.equal((await read({})).length, 50);
    assert.deepEqual(await read({ after: 48 }), [49, 50]);
    assert.deepEqual(await read({ last: 2 }), [1, 2]);
    assert.deepEqual(await read({ limit: 3 }), [1, 2]);
    assert.deepEqual(await read({ bytes: 1 }), [1]);
  });

  it('remembers the packet identifiers of publications that were given up', async () => {
    const first = store();
    await first.open();
    await first.write([chunk(1, 'a'), { kind: 'givenUp', identifiers: [5, 6] }]);
    await first.write([{ kind: 'givenUp', identifiers: [6, 32_767] }]);
    await first.close();
    const second = store();
    const { givenUp, last, count } = await second.open();
    assert.deepEqual({ givenUp, last, count }, { givenUp: [6, 32_767], last: 1, count: 1 });
    await second.write([{ kind: 'givenUp', identifiers: [] }]);
    await second.close();
    assert.deepEqual((await store().open()).givenUp, []);
  });

  it('remembers by how much the clock of the machine was set', async () => {
    const first = store();
    await first.open();
    await first.write([chunk(1, 'a'), { kind: 'clock', clockSet: 172_800_000.5 }]);
    await first.write([{ kind: 'clock', clockSet: -3_600_000 }]);
    await first.close();
    const { clockSet, last, count } = await store().open();
    assert.deepEqual({ clockSet, last, count }, { clockSet: -3_600_000, last: 1, count: 1 });
  });

  it('forgets a chunk with its marks', async () => {
    const opened = store();
    await opened.open();
    await opened.write([chunk(1, 'a'), chunk(2, 'bb')]);
    await opened.write([marked(1, 1, (made) => made.keepExchange(0, { packetIdentifier: 1, received: false }))]);
    await opened.write([{ kind: 'remove', number: 1 }]);
    await opened.close();
    assert.deepEqual(await store().open(), { count: 1, bytes: 2, last: 2, marks: new Map(), clockSet: 0, givenUp: [] });
  });

  it('gives disk space back when nothing waits any more', async () => {
    const path = join(folder, 'x.outbox');
    const size = (): number =>
      readdirSync(path).reduce(
        (sum, name) => sum + (statSync(join(path, name), { throwIfNoEntry: false })?.size ?? 0),
        0,
      );
    const opened = store(path);
    await opened.open();
    for (let number = 1; number <= 40; number++) {
      await opened.write([{ kind: 'chunk', number, records: randomBytes(1024 * 1024) }]);
    }
    assert.ok(size() > 30 * 1024 * 1024);
    await opened.write(Array.from({ length: 40 }, (_, index) => ({ kind: 'remove', number: index + 1 }) as const));
    while (size() > 1024 * 1024) await delay(10);
    assert.deepEqual(await opened.read({ after: 0, last: 40, limit: 1, bytes: 1 }), []);
  });

  it('is locked while another process has it open, which is reported', async () => {
    const path = join(folder, 'x.outbox');
    const code =
      "const { ClassicLevel } = require('classic-level'); new ClassicLevel(process.argv[1]).open().then(() => console.log('open'))";
    const other = spawn(process.execPath, ['-e', `${code}; setInterval(() => {}, 1000)`, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(other.stdout, 'data');
      assert.equal((await errorOf(store(path).open())).code, 'outbox-locked');
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('is locked while another store object has it open, which is reported', async () => {
    await store().open();
    const error = await errorOf(store().open());
    assert.equal(error.code, 'outbox-locked');
    assert.match(String(error.params.path), /x\.outbox$/);
  });

  for (const [what, damage] of [
    ['garbage in the file that names the others', (path: string) => writeFileSync(join(path, 'CURRENT'), 'garbage')],
    ['that file missing', (path: string) => rmSync(join(path, 'CURRENT'))],
  ] as const) {
    it(`is moved aside when it is damaged (${what}), and a new one works`, async () => {
      const first = store();
      await first.open();
      await first.write([chunk(1, 'a')]);
      await first.close();
      damage(join(folder, 'inner', 'x.outbox'));
      const second = store();
      const { count, aside } = await second.open();
      assert.equal(count, 0);
      assert.equal(aside?.why, 'damaged');
      assert.match(aside.path, /x\.outbox\.damaged-/);
      assert.ok(readdirSync(aside.path).length > 0, 'nothing was deleted');
      await second.write([chunk(1, 'a')]);
    });
  }

  it('is moved aside when another version of the package has written it, and not read', async () => {
    const path = join(folder, 'x.outbox');
    const other = new ClassicLevel<string, Buffer>(path, { valueEncoding: 'buffer' });
    await other.put('r0000000000000001', Buffer.from('a record of another layout'));
    await other.close();
    const ours = store(path);
    const { count, aside } = await ours.open();
    assert.equal(count, 0);
    assert.equal(aside?.why, 'other-version');
    await ours.close();
    const kept = new ClassicLevel(aside.path);
    assert.equal(await kept.get('r0000000000000001'), 'a record of another layout');
    await kept.close();
    assert.equal((await store(path).open()).aside, undefined);
  });

  it('reports why its folder cannot be used', async () => {
    writeFileSync(join(folder, 'file'), '');
    const error = await errorOf(store(join(folder, 'file', 'x.outbox')).open());
    assert.equal(error.code, 'outbox-unavailable');
    assert.match(String(error.params.detail), /EEXIST|ENOTDIR/);
  });

  for (const [what, code, said, expected] of [
    // As LevelDB says it when fcntl(F_SETLK), fsync() of the folder or mmap() fails so: tried with a library before libc.
    ['has no locks (CIFS)', 'LEVEL_LOCKED', 'lock ?/LOCK: Invalid argument', 'outbox-file-system'],
    ['has no locks (NFS)', 'LEVEL_LOCKED', 'lock ?/LOCK: No locks available', 'outbox-file-system'],
    ['has no locks (FUSE)', 'LEVEL_LOCKED', 'lock ?/LOCK: Function not implemented', 'outbox-file-system'],
    ['has no locks (musl)', 'LEVEL_LOCKED', 'lock ?/LOCK: Not supported', 'outbox-file-system'],
    ['cannot write a folder', 'LEVEL_IO_ERROR', '?: Invalid argument', 'outbox-file-system'],
    ['cannot map files', 'LEVEL_IO_ERROR', '?/000005.ldb: No such device', 'outbox-file-system'],
    ['is locked', 'LEVEL_LOCKED', 'lock ?/LOCK: Resource temporarily unavailable', 'outbox-locked'],
    ['is locked (as POSIX allows)', 'LEVEL_LOCKED', 'lock ?/LOCK: Permission denied', 'outbox-locked'],
    ['fails', 'LEVEL_IO_ERROR', '?/000005.log: Input/output error', 'outbox-unavailable'],
    ['is full', 'LEVEL_IO_ERROR', '?/000005.log: No space left on device', 'outbox-unavailable'],
  ] as const) {
    it(`reports what it needs from a file system that ${what}`, async () => {
      const path = join(folder, 'x.outbox');
      const binding: { db_open: unknown } = require('classic-level/binding');
      const { db_open } = binding;
      const failure = Object.assign(new Error(`IO error: ${said.replace('?', path)}`), { code });
      binding.db_open = () => Promise.reject(failure);
      try {
        const error = await errorOf(store(path).open());
        assert.equal(error.code, expected);
        assert.equal(error.params.path, path);
        if (expected === 'outbox-file-system') assert.equal(error.params.detail, said.split(': ')[1]);
      } finally {
        binding.db_open = db_open;
      }
      await store(path).open();
    });
  }

  it('fails when it is used while closed', async () => {
    assert.equal((await errorOf(store().write([chunk(1, 'a')]))).code, 'outbox-unavailable');
  });

  describe('where classic-level is not installed', () => {
    let packages: string;
    let alone: LevelStore;
    beforeEach(() => {
      // A copy of our files in a folder where no other package is found.
      packages = join(folder, 'node_modules');
      mkdirSync(packages);
      cpSync(join(repository, 'build/src'), join(folder, 'src'), { recursive: true });
      const file = join(folder, 'src/runtime/storage/level-store.js');
      const { LevelStore: Copy }: typeof import('#src/runtime/storage/level-store') = require(file);
      alone = new Copy({ path: join(folder, 'x.outbox'), fsync: false });
      stores.push(alone);
    });

    /** The error has a class of its own, as all that is copied. */
    function says(detail: RegExp): (error: MqttFlowsError) => boolean {
      return ({ code, params }) => code === 'outbox-not-installed' && detail.test(String(params.detail));
    }

    it('reports that, makes no folder, and works as soon as the package is installed', async () => {
      await assert.rejects(alone.open(), says(/^Cannot find module 'classic-level'$/));
      assert.deepEqual(readdirSync(folder).sort(), ['node_modules', 'src']);
      symlinkSync(join(repository, 'node_modules/classic-level'), join(packages, 'classic-level'), 'junction');
      assert.equal((await alone.open()).count, 0);
    });

    it('reports a package without a build for this machine', async () => {
      const installed = join(repository, 'node_modules');
      cpSync(join(installed, 'classic-level'), join(packages, 'classic-level'), {
        recursive: true,
        filter: (path) => !path.includes('prebuilds'),
      });
      for (const name of ['abstract-level', 'module-error', 'node-gyp-build']) {
        symlinkSync(join(installed, name), join(packages, name), 'junction');
      }
      await assert.rejects(alone.open(), says(/^No native build was found for platform=[^\n]*$/));
    });
  });
});
