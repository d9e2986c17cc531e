// Recording to a file: what is in it, what bounds it, and what it survives.

import assert from 'node:assert/strict';
import type { FileHandle } from 'node:fs/promises';
import { readRecord } from '#src/core/recordings/recordings-protocol';
import { FileRecorder } from '#src/runtime/recordings/file-recorder';
import { RecordingFile } from '#src/runtime/recordings/recording-file';
import { failure, incoming } from '../../connection/publications';
import { type BenchLink, RecordingBench, until } from './recording-bench';

describe('A recording to a file', () => {
  let bench: RecordingBench;
  beforeEach(() => {
    bench = new RecordingBench();
  });
  afterEach(() => bench.remove());

  async function start(over: Readonly<Record<string, unknown>> = {}): Promise<FileRecorder> {
    const body = { name: 'a', broker: 'broker', filter: '#', bytes: 1_000_000, seconds: 60, ...over };
    const request = readRecord(body, over.own !== false);
    assert.ok(request);
    return await FileRecorder.start(bench.RED, 'id', request, bench.folder, bench.clock);
  }

  function connect({ network }: BenchLink): void {
    network.latest.automatic.subscribe = { kind: 'granted', qos: 2 };
    network.latest.connect();
    bench.clock.advance(0);
  }

  it('holds messages with their distances, whatever happens to the clock of the machine', async () => {
    const recorder = await start();
    const [link] = bench.observing;
    assert.ok(link);
    connect(link);
    const begun = bench.clock.wall();
    const payload = Buffer.from('1');
    link.network.latest.message(incoming('a', [], { payload, qos: 2, properties: { contentType: 'text/plain' } }));
    bench.clock.advance(1000);
    bench.clock.set(-86_400_000);
    link.network.latest.message(incoming('b', [], { payload: Buffer.from([0xff]), retain: true }));
    await recorder.stop();
    const at = (ms: number): string => new Date(begun + ms).toISOString();
    assert.deepEqual(bench.lines('a'), [
      { recording: 1, started: at(0), broker: 'plant', filter: '#' },
      { time: at(0), note: 'connected' },
      { time: at(0), topic: 'a', payload: '1', qos: 2, retain: false, contentType: 'text/plain' },
      { time: at(1000), topic: 'b', payloadBase64: '/w==', qos: 0, retain: true },
      { time: at(1000), note: 'disconnected' },
      { time: at(1000), note: 'ended', why: 'stopped', messages: 2 },
    ]);
    const { messages, ended, lasting, bytes } = recorder.report;
    assert.deepEqual([messages, ended, lasting], [2, 'stopped', 1000]);
    assert.equal(bytes, bench.read('a').length);
    assert.ok(['closing', 'closed'].includes(link.connection.state.kind));
  });

  it('goes on over a lost connection and over deploys, and says so in the file', async () => {
    const recorder = await start();
    const [first] = bench.observing;
    assert.ok(first);
    connect(first);
    first.network.latest.lose(failure());
    bench.clock.advance(1000);
    connect(first);
    first.network.latest.message(incoming('before'));
    bench.deploy('same');
    assert.equal(bench.observing.length, 1);
    bench.deploy('deleted');
    assert.equal(recorder.report.state.kind, 'absent');
    bench.deploy('new');
    const second = bench.observing[1];
    assert.ok(second);
    connect(second);
    second.network.latest.message(incoming('after'));
    await recorder.stop();
    const kinds = bench.lines('a').map(({ topic, note }) => topic ?? note);
    const [lost, back] = ['disconnected', 'connected'];
    assert.deepEqual(kinds.slice(1), [back, lost, back, 'before', lost, back, 'after', lost, 'ended']);
  });

  it('ends at its limit of time', async () => {
    const recorder = await start({ seconds: 2 });
    bench.clock.advance(2000);
    assert.equal(recorder.report.ended, 'time');
    await recorder.stop();
    assert.equal(bench.lines('a').at(-1)?.why, 'time');
  });

  it('ends at its limit of bytes, with whole lines', async () => {
    const recorder = await start({ bytes: 65_536 });
    const [link] = bench.observing;
    assert.ok(link);
    connect(link);
    for (let count = 0; count < 100; count++) {
      link.network.latest.message(incoming('a', [], { payload: Buffer.from('x'.repeat(1000)) }));
    }
    assert.equal(recorder.report.ended, 'size');
    await recorder.stop();
    const { messages } = recorder.report;
    assert.ok(messages > 50 && messages < 66);
    assert.deepEqual(bench.lines('a').at(-1)?.messages, messages);
    assert.ok(bench.read('a').length < 65_536 + 200);
  });

  /** Records messages until `left` bytes are left to the limit of bytes. */
  function fill(recorder: FileRecorder, { network }: BenchLink, left: number): void {
    const room = (): number => recorder.request.bytes - recorder.report.bytes;
    const before = room();
    network.latest.message(incoming('a', [], { payload: Buffer.alloc(0) }));
    const line = before - room();
    network.latest.message(incoming('a', [], { payload: Buffer.from('x'.repeat(room() - line - left)) }));
    assert.equal(room(), left);
  }

  it('leaves no connection behind when it is full as a deploy ends the one before', async () => {
    const recorder = await start({ bytes: 65_536 });
    const [link] = bench.observing;
    assert.ok(link);
    connect(link);
    fill(recorder, link, 10);
    bench.deploy('new');
    assert.equal(recorder.report.ended, 'size');
    assert.equal(bench.observing.length, 1);
    await recorder.stop();
  });

  it('leaves no subscription behind when it is full as a deploy begins the next one', async () => {
    bench.flows.connection.connect();
    connect(bench.flows);
    const recorder = await start({ bytes: 65_536, own: false });
    bench.clock.advance(0);
    // The line that says that the connection is gone still fits, and none after it.
    fill(recorder, bench.flows, 80);
    const next = bench.link();
    next.connection.connect();
    connect(next);
    bench.deploy('new', next);
    assert.equal(recorder.report.ended, 'size');
    assert.deepEqual(next.connection.subscriptionsInUse, []);
    await recorder.stop();
  });

  it('holds the size of a payload that is too large, and not the payload', async () => {
    const recorder = await start();
    const [link] = bench.observing;
    assert.ok(link);
    connect(link);
    link.network.latest.message(incoming('camera', [], { payload: Buffer.alloc(8 * 1024 * 1024 + 1) }));
    await recorder.stop();
    assert.equal(bench.lines('a').find(({ topic }) => topic === 'camera')?.payloadSize, 8 * 1024 * 1024 + 1);
  });

  it('can be made through the connection of the flows', async () => {
    const recorder = await start({ own: false });
    assert.equal(bench.observing.length, 0);
    bench.flows.connection.connect();
    connect(bench.flows);
    bench.flows.network.latest.message(incoming('a'));
    await recorder.stop();
    assert.equal(recorder.report.messages, 1);
    assert.equal(bench.flows.connection.state.kind, 'connected');
  });

  it('takes no name that is taken', async () => {
    bench.write('a', 'precious\n');
    await assert.rejects(start(), { code: 'EEXIST' });
    assert.equal(bench.read('a'), 'precious\n');
    assert.equal(bench.observing.length, 0);
  });
});

describe('The file of a recording', () => {
  let bench: RecordingBench;
  beforeEach(() => {
    bench = new RecordingBench();
  });
  afterEach(() => bench.remove());

  /** A file whose writes do as `append` says. */
  async function open(append: (file: FileHandle, piece: Buffer) => Promise<void>, hasRoom = true) {
    const file = await bench.folder.create('a');
    const ends: (string | undefined)[][] = [];
    // Of the handle, these three are used.
    const handle = {
      appendFile: (piece: Buffer) => append(file, piece),
      truncate: (bytes: number) => file.truncate(bytes),
      close: () => file.close(),
    } as unknown as FileHandle;
    const recording = new RecordingFile({
      ...{ file: handle, clock: bench.clock, bytes: 1e9 },
      hasRoom: async () => hasRoom,
      ended: (why, detail) => ends.push([why, detail]),
    });
    return { recording, ends };
  }

  it('is written a second after a line has come', async () => {
    let written = 0;
    const { recording } = await open(async (file, piece) => {
      await file.appendFile(piece);
      written++;
    });
    recording.take('1\n');
    recording.take('2\n');
    assert.equal(bench.read('a'), '');
    bench.clock.advance(1000);
    await until(() => written === 1);
    assert.equal(bench.read('a'), '1\n2\n');
    await recording.close('end\n');
    assert.equal(bench.read('a'), '1\n2\nend\n');
    assert.equal(recording.take('3\n'), false);
  });

  it('ends with its last whole line when the disk is full, and says so once', async () => {
    let writes = 0;
    const { recording, ends } = await open(async (file, piece) => {
      if (++writes === 1) return file.appendFile(piece);
      await file.appendFile(piece.subarray(0, piece.length / 2));
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    recording.take('first\n');
    recording.flush();
    recording.take('second\n');
    await until(() => {
      bench.clock.advance(1000);
      return ends.length > 0;
    });
    assert.deepEqual(ends, [['diskFull', 'ENOSPC: no space left on device, write']]);
    assert.equal(recording.take('third\n'), false);
    await recording.close('end\n');
    assert.equal(bench.read('a'), 'first\n');
    assert.equal(ends.length, 1);
  });

  it('ends before the disk is full: Node-RED needs some room', async () => {
    const { recording, ends } = await open((file, piece) => file.appendFile(piece), false);
    recording.take(`${'x'.repeat(5 * 1024 * 1024)}\n`);
    await until(() => ends.length > 0);
    assert.deepEqual(ends, [['diskFull', undefined]]);
    await recording.close();
  });

  it('drops what a slow disk cannot take, and takes more when it has caught up', async () => {
    let go: () => void = () => {};
    const { recording } = await open(async (file, piece) => {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      await file.appendFile(piece);
    });
    const line = `${'x'.repeat(1024 * 1024 - 1)}\n`;
    const taken = Array.from({ length: 20 }, () => recording.take(line)).filter(Boolean).length;
    assert.equal(taken, 16);
    go();
    await until(() => recording.hasRoom);
    assert.equal(recording.take(line), true);
    const closed = recording.close();
    await until(() => {
      go();
      return bench.read('a').length === 17 * line.length;
    });
    await closed;
  });
});
