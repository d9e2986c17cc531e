// Playing a recording: when, what, where to, and what it survives.

import assert from 'node:assert/strict';
import type { RecordedMessage } from '#src/core/recordings/message-line';
import type { ReplayOptions } from '#src/core/recordings/recordings-protocol';
import { readBranches } from '#src/core/recordings/topic-choice';
import { Player } from '#src/runtime/recordings/player';
import {
  brokerTarget,
  flowTarget,
  type ReplayedMessage,
  type ReplayTarget,
} from '#src/runtime/recordings/replay-target';
import { failure } from '../../connection/publications';
import { Receiver } from '../../connection/subscription-bench';
import { RecordingBench, until } from './recording-bench';

const PLAIN: ReplayOptions = { speed: 1, loop: false, longestPause: 0, prefix: '', branches: [], retain: true };

class Target implements ReplayTarget {
  ready = true;
  gone = false;
  /** While true, nothing is settled. */
  slow = false;
  readonly taken: RecordedMessage[] = [];
  readonly open: ((outcome: ReplayedMessage) => void)[] = [];
  changed: () => void = () => {};
  told: (message: RecordedMessage) => void = () => {};

  take(message: RecordedMessage, settled: (outcome: ReplayedMessage) => void): void {
    this.taken.push(message);
    this.told(message);
    if (this.slow) this.open.push(settled);
    else settled({ ok: true });
  }

  watch(changed: () => void): () => void {
    this.changed = changed;
    return () => {
      this.changed = () => assert.fail('nobody listens any more');
    };
  }
}

describe('A replay', () => {
  let bench: RecordingBench;
  let target: Target;
  beforeEach(() => {
    bench = new RecordingBench();
    target = new Target();
  });
  afterEach(() => bench.remove());

  function player(options: Partial<ReplayOptions> = {}, to: ReplayTarget = target): Player {
    const { clock } = bench;
    const made = { ...PLAIN, ...options };
    return new Player({
      name: 'a',
      options: made,
      target: to,
      clock,
      open: () => bench.folder.open('a'),
      changed() {},
    });
  }

  /** Plays to the end; time passes as soon as somebody waits for it. */
  async function play(one: Player): Promise<void> {
    const over = one.play();
    await until(() => {
      if (bench.clock.pending > 0) bench.clock.advance(1);
      return !one.running;
    });
    await over;
  }

  function write(...messages: readonly [time: number, topic: string, more?: object][]): void {
    const lines = messages.map(([time, topic, more]) => `${JSON.stringify({ time, topic, payload: 'x', ...more })}\n`);
    bench.write('a', lines.join(''));
  }

  it('keeps the recorded distances, divided by the speed', async () => {
    write([5000, 'a'], [5010, 'b'], [5100, 'c']);
    const begun = bench.clock.now();
    const at: number[] = [];
    target.told = () => at.push(bench.clock.now() - begun);
    await play(player({ speed: 2 }));
    assert.deepEqual(at, [0, 5, 50]);
  });

  it('plays the chosen branches, with a prefix, and without the retain flag where told', async () => {
    write([0, 'home/1', { retain: true, stored: true }], [0, 'garden'], [0, 'home/2', { qos: 1 }]);
    const one = player({ branches: readBranches(['home/#']) ?? [], prefix: 'test/', retain: false });
    await play(one);
    const { taken } = target;
    assert.deepEqual(
      taken.map(({ topic, retain, stored, qos }) => [topic, retain, stored, qos]),
      [
        ['test/home/1', false, false, 0],
        ['test/home/2', false, false, 1],
      ],
    );
    const { state, played, total } = one.figures;
    assert.deepEqual([state, played, total], ['ended', 2, 2]);
  });

  it('leaves out what is no message, and the end of a file that was cut', async () => {
    bench.write('a', '{"recording":1}\n{"topic":"a"}\nnonsense\n{"topic":"b"}\n\n{"topic":"c","pay');
    const one = player();
    await play(one);
    assert.deepEqual(
      target.taken.map(({ topic }) => topic),
      ['a', 'b'],
    );
    assert.deepEqual([one.figures.state, one.figures.skipped], ['ended', 2]);
  });

  it('begins again with loop, no more often than once in a second, until it is stopped', async () => {
    write([0, 'a'], [0, 'b']);
    const begun = bench.clock.now();
    const one = player({ loop: true, speed: 0 });
    const at: number[] = [];
    target.told = () => {
      at.push(bench.clock.now() - begun);
      if (at.length === 6) one.stop();
    };
    await play(one);
    assert.deepEqual(at, [0, 0, 1000, 1000, 2000, 2000]);
    assert.deepEqual([one.figures.state, one.figures.round], ['stopped', 3]);
  });

  it('ends with loop when there is nothing to play', async () => {
    bench.write('a', '');
    const one = player({ loop: true });
    await play(one);
    assert.equal(one.figures.state, 'ended');
  });

  it('waits for a slow target, and is over when all is settled', async () => {
    write(...Array.from({ length: 250 }, (_, index): [number, string] => [0, `t${index}`]));
    target.slow = true;
    const one = player({ speed: 0 });
    const over = one.play();
    await until(() => target.taken.length === 100);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(target.taken.length, 100);
    let settled = 0;
    await until(() => {
      const settle = target.open.shift();
      if (settle) settled++;
      settle?.({ ok: settled % 2 === 0 });
      return !one.running;
    });
    await over;
    assert.deepEqual([settled, one.figures.failed, one.figures.state], [250, 125, 'ended']);
  });

  it('waits while the target is not ready, and moves what follows', async () => {
    write([0, 'a'], [10, 'b'], [20, 'c']);
    target.told = ({ topic }) => {
      if (topic === 'a') target.ready = false;
    };
    const one = player();
    const over = one.play();
    await until(() => {
      if (one.figures.state === 'playing' && bench.clock.pending > 0) bench.clock.advance(1);
      return one.figures.state === 'waiting';
    });
    bench.clock.advance(60_000);
    target.ready = true;
    const back = bench.clock.now();
    const at: number[] = [];
    target.told = () => at.push(bench.clock.now() - back);
    target.changed();
    await until(() => {
      if (bench.clock.pending > 0) bench.clock.advance(1);
      return !one.running;
    });
    await over;
    assert.deepEqual(at, [0, 10]);
  });

  it('can be paused, made faster and resumed', async () => {
    write([0, 'a'], [3_600_000, 'b']);
    const one = player();
    const over = one.play();
    await until(() => bench.clock.pending > 0);
    one.pause();
    await until(() => one.figures.state === 'paused');
    one.speed = 3600;
    one.resume();
    await until(() => bench.clock.pending > 0);
    bench.clock.advance(1000);
    await over;
    assert.deepEqual([one.figures.state, one.figures.speed, one.figures.played], ['ended', 3600, 2]);
  });

  it('fails with a reason when the file or the broker is gone', async () => {
    const missing = player();
    await play(missing);
    assert.deepEqual([missing.figures.state, missing.figures.error?.code], ['failed', 'recording-unreadable']);
    write([0, 'a']);
    target.gone = true;
    const alone = player();
    await play(alone);
    assert.equal(alone.figures.error?.code, 'broker-missing');
  });

  it('reads no further than it plays', async () => {
    const line = `${JSON.stringify({ topic: 'a', payload: 'x'.repeat(60_000) })}\n`;
    bench.write('a', line.repeat(50));
    let reads = 0;
    let longest = 0;
    const one = new Player({
      ...{ name: 'a', options: PLAIN, target, clock: bench.clock, changed() {} },
      open: async () => {
        const file = await bench.folder.open('a');
        const read = file.read.bind(file) as (
          ...handed: [Buffer, number, number, number]
        ) => ReturnType<typeof file.read>;
        const counted = (...handed: [Buffer, number, number, number]) => {
          reads++;
          longest = Math.max(longest, handed[2]);
          return read(...handed);
        };
        return Object.assign(file, { read: counted });
      },
    });
    target.told = () => {
      target.ready = false;
    };
    const over = one.play();
    await until(() => one.figures.total === 50);
    const counting = reads;
    await until(() => one.figures.state === 'waiting');
    assert.equal(target.taken.length, 1);
    assert.ok(counting > 40 && reads - counting <= 2 && longest <= 65_536);
    one.stop();
    await over;
  });

  describe('into the flow', () => {
    it('reaches subscribers without a connection, counts what nobody hears, and goes on after a deploy', async () => {
      write([0, 'a'], [0, 'nobody'], [100, 'a']);
      const taker = Object.assign(new Receiver('a'), { takesReplays: true as const });
      bench.flows.connection.subscribe(taker);
      const one = player({}, flowTarget(bench.RED, 'broker'));
      const over = one.play();
      await until(() => bench.clock.pending > 1);
      bench.deploy('new');
      const next = Object.assign(new Receiver('a'), { takesReplays: true as const });
      bench.flows.connection.subscribe(next);
      await until(() => {
        if (bench.clock.pending > 0) bench.clock.advance(10);
        return !one.running;
      });
      await over;
      assert.deepEqual([taker.received, next.received, one.figures.unheard], [['a by a'], ['a by a'], 1]);
      assert.equal(bench.flows.network.transports.length, 0);
    });

    it('ends when its broker node is deleted', async () => {
      write([0, 'a'], [3_600_000, 'a']);
      const one = player({}, flowTarget(bench.RED, 'broker'));
      const over = one.play();
      await until(() => bench.clock.pending > 0 && one.figures.played === 1);
      bench.deploy('deleted');
      await over;
      assert.equal(one.figures.error?.code, 'broker-missing');
    });
  });

  it('to a broker waits for the connection, publishes all that was recorded, and tells failures', async () => {
    write([0, 'a', { qos: 1, retain: true, contentType: 'text/plain' }], [10, 'b', { qos: 1 }], [20, 'c', { qos: 1 }]);
    const one = player({}, brokerTarget(bench.RED, 'broker'));
    const over = one.play();
    await until(() => one.figures.state === 'waiting');
    const { connection, network } = bench.flows;
    connection.connect();
    network.latest.automatic.publish = { kind: 'acknowledged', reasonCode: 0 };
    network.latest.connect();
    await until(() => one.figures.played === 1);
    network.latest.lose(failure());
    await until(() => {
      bench.clock.advance(1);
      return one.figures.state === 'waiting';
    });
    bench.clock.advance(1000);
    const first = network.transports[0];
    network.latest.automatic.publish = { kind: 'acknowledged', reasonCode: 0 };
    network.latest.connect();
    await until(() => {
      bench.clock.advance(1);
      return !one.running;
    });
    await over;
    const [a] = first?.published ?? [];
    assert.deepEqual(a?.question, {
      ...{ topic: 'a', payload: Buffer.from('x'), qos: 1, retain: true },
      properties: { contentType: 'text/plain' },
    });
    assert.deepEqual(network.latest.topics, ['b', 'c']);
    assert.equal(one.figures.failed, 0);
  });
});
