// The folder with the recordings: hostile names and files, uploads, and what is refused.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord, readReplay } from '#src/core/recordings/recordings-protocol';
import { Recordings } from '#src/runtime/recordings/recordings';
import { RecordingsFolder } from '#src/runtime/recordings/recordings-folder';
import { upload } from '#src/runtime/recordings/upload';
import { RecordingBench } from './recording-bench';

describe('The recordings', () => {
  let bench: RecordingBench;
  let recordings: Recordings;
  beforeEach(() => {
    bench = new RecordingBench();
    recordings = new Recordings(bench.RED, bench.folder, bench.clock);
  });
  afterEach(() => bench.remove());

  async function* chunks(...texts: readonly string[]): AsyncGenerator<Buffer> {
    for (const text of texts) yield Buffer.from(text);
  }

  it('are plain files with the name of a recording, and nothing else that lies there', async () => {
    bench.write('a', 'x\n');
    bench.write('.hidden', 'x\n');
    writeFileSync(join(bench.path, 'notes.txt'), '');
    mkdirSync(join(bench.path, 'folder.jsonl'));
    symlinkSync('/etc/passwd', join(bench.path, 'link.jsonl'));
    execFileSync('mkfifo', [join(bench.path, 'pipe.jsonl')]);
    const { recordings: listed, more } = await bench.folder.list();
    assert.deepEqual([listed.map(({ name, bytes }) => [name, bytes]), more], [[['a', 2]], false]);
    for (const name of ['folder', 'link', 'pipe']) assert.equal((await recordings.open(name)).ok, false, name);
  });

  it('are the latest where there are more than can be listed', async () => {
    for (let index = 0; index < 510; index++) {
      const name = `r${index}`;
      bench.write(name, 'x');
      // In an order that is not that of the names.
      const at = (index * 37) % 510;
      utimesSync(join(bench.path, `${name}.jsonl`), at, at);
    }
    const { recordings: listed, more } = await bench.folder.list();
    assert.deepEqual([listed.length, more], [500, true]);
    assert.deepEqual(
      listed.map(({ changed }) => changed / 1000),
      Array.from({ length: 500 }, (_, index) => 509 - index),
    );
  });

  it('are none where there is no folder yet', async () => {
    assert.deepEqual(await new RecordingsFolder(join(bench.path, 'none')).list(), { recordings: [], more: false });
  });

  it('never lead out of their folder', async () => {
    for (const name of ['../a', '..', 'a/b', '/etc/passwd', 'a\0']) {
      assert.throws(() => void bench.folder.open(name), name);
      await assert.rejects(bench.folder.create(name), name);
      await assert.rejects(bench.folder.remove(name), name);
    }
  });

  describe('that are uploaded', () => {
    it('are kept when each line can be read, wherever the chunks end', async () => {
      const taken = await upload(bench.folder, 'up', chunks('{"recording":1}\n{"top', 'ic":"a"}\n', '{"topic":"b"'));
      assert.deepEqual(taken, { ok: true });
      assert.equal(bench.read('up'), '{"recording":1}\n{"topic":"a"}\n{"topic":"b"');
      const survey = await recordings.survey('up', () => false);
      assert.ok(survey.ok);
      assert.deepEqual([survey.value.messages, survey.value.invalid], [1, 1]);
    });

    it('are refused with the line that is wrong, and leave nothing behind', async () => {
      const cases: readonly [readonly string[], object][] = [
        [['{"topic":"a"}\n<html>\n'], { refusal: 'not-recording', line: 2, problem: 'notJson' }],
        [['{"topic":"a/#"}\n'], { refusal: 'not-recording', line: 1, problem: 'topic' }],
        [['\n\n'], { refusal: 'not-recording' }],
        [[], { refusal: 'not-recording' }],
      ];
      for (const [texts, error] of cases) {
        assert.deepEqual(await upload(bench.folder, 'up', chunks(...texts)), { ok: false, error });
      }
      assert.deepEqual(readdirSync(bench.path), []);
    });

    it('take the place of no other, and of no upload that is under way', async () => {
      bench.write('up', 'precious\n');
      const [first, second] = await Promise.all([
        upload(bench.folder, 'up', chunks('{"topic":"a"}\n')),
        upload(bench.folder, 'new', chunks('{"topic":"b"}\n')),
      ]);
      assert.deepEqual(first, { ok: false, error: { refusal: 'name-taken' } });
      assert.deepEqual(second, { ok: true });
      assert.deepEqual(readdirSync(bench.path).sort(), ['new.jsonl', 'up.jsonl']);
      assert.equal(bench.read('up'), 'precious\n');
    });

    it('are dropped when the browser goes away', async () => {
      async function* broken(): AsyncGenerator<Buffer> {
        yield Buffer.from('{"topic":"a"}\n');
        throw new Error('aborted');
      }
      assert.equal((await upload(bench.folder, 'up', broken())).ok, false);
      assert.deepEqual(readdirSync(bench.path), []);
      writeFileSync(join(bench.path, 'old.part'), '');
      await bench.folder.clearUploads();
      assert.deepEqual(readdirSync(bench.path), []);
    });
  });

  const record = (name: string) => {
    const request = readRecord({ name, broker: 'b', filter: '#', bytes: 65_536, seconds: 60 }, true);
    assert.ok(request);
    return recordings.record(request);
  };

  it('that run are limited in number, are not deleted, and are shown until they are dismissed', async () => {
    for (const name of ['1', '2', '3', '4', '5']) assert.deepEqual(await record(name), { ok: true });
    assert.deepEqual(await record('6'), { ok: false, error: { refusal: 'too-many' } });
    assert.deepEqual(await recordings.remove('1'), { ok: false, error: { refusal: 'recording-in-use' } });
    const { recording } = await recordings.report();
    for (const { id } of recording.slice(1)) await recordings.stop(id);
    bench.clock.advance(60_000);
    assert.deepEqual(
      (await recordings.report()).recording.map(({ name, ended }) => [name, ended]),
      [['1', 'time']],
    );
    for (const { id } of recording) await recordings.stop(id);
    assert.deepEqual((await recordings.report()).recording, []);
    assert.deepEqual(await recordings.remove('1'), { ok: true });
    assert.deepEqual(await recordings.remove('1'), { ok: false, error: { refusal: 'recording-gone' } });
    assert.deepEqual(await record('2'), { ok: false, error: { refusal: 'name-taken' } });
  });

  it('are replayed only at a broker that is deployed', async () => {
    bench.write('a', '{"topic":"a"}\n');
    const request = readReplay({
      ...{ name: 'a', broker: 'b', to: 'flow', speed: 0, loop: true, longestPause: 0, prefix: '', branches: [] },
      retain: true,
    });
    assert.ok(request);
    assert.deepEqual(recordings.replay(request), { ok: true });
    const [replay] = (await recordings.report()).replays;
    assert.ok(replay);
    assert.deepEqual(await recordings.remove('a'), { ok: false, error: { refusal: 'recording-in-use' } });
    recordings.control({ id: replay.id, action: 'stop' });
    bench.deploy('deleted');
    assert.deepEqual(recordings.replay(request), { ok: false, error: { refusal: 'broker-gone' } });
    assert.deepEqual(await record('x'), { ok: false, error: { refusal: 'broker-gone' } });
  });
});
