// The replay node: what it sends where, and how messages start, change and stop it.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReplayConfig } from '#src/settings/replay.config';
import { type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { embeddedNode, replayNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { UserDirectory } from '../helpers/flows/user-directory';

describe('A replay node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-replay-'));
  const recording = join(folder, 'made by hand.jsonl');

  afterEach(unloadFlow);
  after(() => rmSync(folder, { recursive: true }));

  function write(...lines: readonly object[]): void {
    writeFileSync(recording, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  function load(settings: Partial<ReplayConfig>, ...others: readonly FlowNode[]): Promise<Flow> {
    return loadFlow([...replayNodes('rep', { recording, recordingType: 'file', speed: '', ...settings }), ...others]);
  }

  it('sends what was recorded as a subscribe node would, and completes the message that started it at the end', async () => {
    write(
      { recording: 1 },
      { topic: 'plant/1/temp', payload: '{"t":21}', qos: 1, retain: true, contentType: 'application/json' },
      { topic: 'plant/1/raw', payloadBase64: '/w==', userProperties: { a: ['1', '2'] } },
      { topic: 'garden/x', payload: 'y' },
    );
    const flow = await load({ branches: ['plant/+line/#what'], prefix: 'test/' });
    flow.inject('rep', { payload: 'go', _msgid: 'starter' });
    assert.equal((await flow.completed.next())._msgid, 'starter');
    const [first, second] = await flow.received('rep-out').first(2);
    const { topic, payload, qos, retain, params, contentType } = first ?? {};
    assert.deepEqual(
      [topic, payload, qos, retain, params, contentType],
      ['test/plant/1/temp', { t: 21 }, 1, true, { line: '1', what: 'temp' }, 'application/json'],
    );
    assert.deepEqual([second?.payload, second?.userProperties], [Buffer.from([0xff]), { a: ['1', '2'] }]);
    assert.equal(flow.received('rep-out').all.length, 2);
    await flow.statuses('rep').latest('ended', ({ text }) => text?.endsWith('replay.ended') === true);
  });

  it('starts with the flows where told, is changed, stopped and started anew by messages', async () => {
    write({ time: 0, topic: 'a' }, { time: 3_600_000, topic: 'b' }, { time: 7_200_000, topic: 'c' });
    const flow = await load({ autoStart: true, speed: 1 });
    const out = flow.received('rep-out');
    assert.equal((await out.next()).topic, 'a');
    await flow.statuses('rep').latest('playing', ({ text }) => text?.endsWith('replay.playing') === true);
    flow.inject('rep', { action: 'speed', speed: 0 });
    assert.deepEqual([(await out.next()).topic, (await out.next()).topic], ['b', 'c']);
    flow.inject('rep', { speed: 1, loop: true, branches: 'b' });
    assert.equal((await out.next()).topic, 'b');
    flow.inject('rep', { action: 'pause' });
    await flow.statuses('rep').latest('paused', ({ text }) => text?.endsWith('replay.paused') === true);
    flow.inject('rep', { action: 'stop', _msgid: 'stopper' });
    await flow.statuses('rep').latest('stopped', ({ text }) => text?.endsWith('replay.stopped') === true);
    await flow.completed.find('stop', ({ _msgid }) => _msgid === 'stopper');
    assert.deepEqual(flow.caughtCodes, []);
  });

  it('shows nothing of a replay that a deploy has ended', async () => {
    write({ time: 0, topic: 'a' }, { time: 3_600_000, topic: 'b' });
    const flow = await load({ speed: 1 });
    flow.inject('rep', {});
    await flow.statuses('rep').latest('playing', ({ text }) => text?.endsWith('replay.playing') === true);
    await flow.deploy('full', replayNodes('rep', { recording, recordingType: 'file', speed: 1 }));
    await flow.statuses('rep').latest('nothing', ({ text }) => text === undefined);
  });

  it('says what it cannot do', async () => {
    write({ topic: 'a', payload: 'no JSON' });
    const flow = await load({ format: 'json' });
    const wrong = [
      { action: 'jump' },
      { speed: -1 },
      { action: 'speed' },
      { recording: '../../etc/passwd' },
      { prefix: '+' },
      { branches: ['a/#/b'] },
      { loop: 'maybe' },
      { recording: 'in no folder' },
    ];
    for (const message of wrong) flow.inject('rep', message);
    const errors = await flow.caught.first(wrong.length);
    assert.deepEqual(
      errors.map(({ error }) => error.code),
      ['action-unknown', ...Array(6).fill('property-invalid'), 'recording-unreadable'],
    );
    flow.inject('rep', {});
    const unreadable = await flow.caught.find('payload', ({ error }) => error.code === 'payload-undecodable');
    assert.deepEqual(unreadable.payload, Buffer.from('no JSON'));
    const gone = await load({ recording: join(folder, 'gone') });
    gone.inject('rep', {});
    assert.equal((await gone.caught.next()).error.code, 'recording-unreadable');
    const none = await load({ recording: '' });
    none.inject('rep', {});
    assert.equal((await none.caught.next()).error.code, 'recording-missing');
  });

  it('says that there is no recording of the name, without a path of the computer', async () => {
    const directory = new UserDirectory();
    try {
      const flow = await load({ recording: 'example', recordingType: 'recording' });
      flow.inject('rep', {});
      const { error } = await flow.caught.next();
      assert.equal(error.code, 'recording-unknown');
      assert.equal(JSON.stringify(error).includes(directory.path), false);
      await flow.statuses('rep').latest('unknown', ({ text }) => text?.endsWith('replay.unknown') === true);
      await unloadFlow();
    } finally {
      directory.remove();
    }
  });

  it('gives messages to the nodes that subscribe at a broker, by their filters and formats', async () => {
    const base = unique('t');
    write({ topic: `${base}/a`, payload: '1', qos: 1 }, { topic: `${base}/b`, payload: '2' });
    const broker = unique('replay');
    const flow = await load(
      { to: 'flow', broker, outputs: 0 },
      embeddedNode(broker),
      ...subscribeNodes('sub', broker, [`${base}/+what`], { acknowledge: 'completion', format: 'string' }),
      ...subscribeNodes('beside', broker, [`${base}/b`]),
    );
    await flow.connected('sub', 'beside');
    flow.inject('rep', {});
    const [first, second] = await flow.received('sub-out').first(2);
    assert.deepEqual([first?.payload, first?.qos, first?.params], ['1', 1, { what: 'a' }]);
    assert.deepEqual([second?.payload, second?.qos], ['2', 0]);
    await flow.statuses('rep').latest('ended', ({ text }) => text?.endsWith('replay.ended') === true);
    assert.equal((await flow.received('beside-out').next()).payload, 2);
  });

  it('publishes to a broker when told so', async () => {
    const base = unique('t');
    write({ topic: 'a', payload: '1', qos: 1, retain: true, contentType: 'text/plain' });
    const broker = unique('replay');
    const flow = await load(
      { to: 'broker', broker, outputs: 0, prefix: `${base}/`, retain: false },
      embeddedNode(broker),
      ...subscribeNodes('sub', broker, [{ filter: `${base}/#`, retainAsPublished: true }]),
    );
    await flow.connected('sub');
    flow.inject('rep', {});
    const { topic, qos, retain, contentType } = await flow.received('sub-out').next();
    assert.deepEqual([topic, qos, retain, contentType], [`${base}/a`, 1, false, 'text/plain']);
  });
});
