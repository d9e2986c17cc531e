// Somebody sets the clock of the machine while Node-RED runs: NTP on a machine without a clock of its own, or a person.
// No time passes by that.

import assert from 'node:assert/strict';
import { wallTimeOf } from '#src/connection/clock';
import { FakeStore } from '../helpers/fakes/fake-store';
import { ConnectionBench, promisesKept } from './connection-bench';
import { answer, Bench } from './outbox-bench';
import { failure } from './publications';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const CHANGES = [
  ['two days forward', 2 * DAY],
  ['a minute forward', MINUTE],
  ['an hour back', -HOUR],
] as const;

const ROOMY = { maxMessages: 100_000, maxBytes: 100_000_000 };
const expiring = (messageExpiryInterval: number) => ({ properties: { messageExpiryInterval } });

/** Closes the outbox, which waits a moment of the clock for those that it tells. */
async function closed(bench: Bench): Promise<void> {
  const end = bench.outbox.close();
  await settled();
  bench.clock.advance(20);
  await end;
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await promisesKept();
}

const MANY = 3000;

/** An outbox in which more waits than is held in memory, for 30 s. */
async function fullStore(store: FakeStore): Promise<Bench> {
  const bench = new Bench(ROOMY, store);
  await settled();
  for (let index = 0; index < MANY; index++) bench.accept(`t${index}`, 0, expiring(30));
  await settled();
  return bench;
}

/** The expiry intervals that are left of what fullStore() has taken, once all of it is sent. */
async function intervals(bench: Bench): Promise<unknown[]> {
  const transport = bench.attach({}, ({ automatic }) => {
    automatic.publish = { kind: 'acknowledged', reasonCode: 0 };
  });
  for (let turn = 0; turn < 10; turn++) await settled();
  assert.equal(transport.published.length, MANY);
  return [...new Set(transport.published.map(({ question }) => question.properties?.messageExpiryInterval))];
}

for (const [name, change] of CHANGES) {
  describe(`the clock of the machine is set ${name}`, () => {
    it('publications in memory expire after their interval', () => {
      const bench = new Bench();
      bench.accept('a', 1, expiring(30));
      bench.clock.set(change);
      bench.clock.advance(10 * SECOND);
      assert.deepEqual(bench.log, []);
      assert.equal(bench.outbox.figures.oldestAge, 10 * SECOND);
      assert.equal(bench.attach().published[0]?.question.properties?.messageExpiryInterval, 20);
    });

    it('publications on disk expire after their interval, in the same process', async () => {
      const store = new FakeStore();
      const bench = await fullStore(store);
      bench.clock.set(change);
      bench.clock.advance(10 * SECOND);
      assert.deepEqual(await intervals(bench), [20]);
      assert.ok(store.largestRead > 0, 'most of them were on disk only');
    });

    it('publications on disk expire after their interval, in the next process', async () => {
      const store = new FakeStore();
      const bench = await fullStore(store);
      bench.clock.set(change);
      bench.clock.advance(10 * SECOND);
      await closed(bench);
      const next = new Bench(ROOMY, store, bench.clock);
      await settled();
      assert.deepEqual(await intervals(next), [20]);
    });

    it('clear removes waiting publications only', () => {
      const bench = new Bench();
      bench.acceptAll('a', 'b');
      bench.clock.advance(SECOND);
      bench.clock.set(change);
      bench.outbox.clear();
      bench.accept('c');
      assert.equal(bench.outbox.depth, 1);
      assert.deepEqual(bench.attach().topics, ['c']);
    });

    it('a limit of messages per second stays what it is', () => {
      const bench = new Bench({ rateLimit: 10 });
      for (let index = 0; index < 100; index++) bench.accept(`t${index}`, 0);
      const transport = bench.attach({}, ({ automatic }) => {
        automatic.publish = { kind: 'acknowledged', reasonCode: 0 };
      });
      const before = transport.published.length;
      bench.clock.set(change);
      bench.clock.advance(2 * SECOND);
      assert.equal(transport.published.length, before + 20);
    });

    it('a good connection stays, and a server that is silent is noticed in its time', () => {
      const bench = new ConnectionBench();
      bench.connected();
      bench.publish('a');
      bench.clock.advance(25 * SECOND);
      bench.clock.set(change);
      bench.clock.advance(4 * SECOND);
      assert.equal(bench.state.kind, 'connected');
      bench.clock.advance(SECOND);
      assert.equal(bench.waiting.error.code, 'no-acknowledgement');
      assert.equal(bench.waiting.error.params.seconds, 30);
    });

    it('the next attempt comes after its delay, and is shown with the time of day', () => {
      const bench = new ConnectionBench();
      bench.connected();
      bench.transport.lose(failure('connection-lost'));
      const { nextAt } = bench.waiting;
      bench.clock.set(change);
      assert.equal(wallTimeOf(bench.clock, nextAt) - bench.clock.wall(), nextAt - bench.clock.now());
      bench.clock.advance(nextAt - bench.clock.now());
      assert.equal(bench.state.kind, 'connecting');
    });
  });
}

describe('the clock of the machine differs when the next process opens the outbox on disk', () => {
  async function kept(): Promise<{ store: FakeStore; clock: Bench['clock'] }> {
    const store = new FakeStore();
    const bench = new Bench(ROOMY, store);
    await promisesKept();
    bench.accept('a', 1, expiring(HOUR / SECOND));
    await settled();
    await closed(bench);
    return { store, clock: bench.clock };
  }

  it('the time by which it is ahead counts as passed', async () => {
    const { store, clock } = await kept();
    clock.set(20 * MINUTE);
    const next = new Bench(ROOMY, store, clock);
    await settled();
    assert.equal(next.outbox.figures.oldestAge, 20 * MINUTE + 20);
    const transport = next.attach();
    await settled();
    assert.equal(transport.published[0]?.question.properties?.messageExpiryInterval, 40 * 60);
  });

  it('a clock that was set back makes no publication older or newer than when it was accepted', async () => {
    const { store, clock } = await kept();
    clock.set(-2 * DAY);
    const next = new Bench(ROOMY, store, clock);
    await settled();
    assert.equal(next.outbox.figures.oldestAge, 0);
    clock.advance(SECOND);
    next.outbox.clear();
    assert.equal(next.outbox.depth, 0, 'and can be cleared');
  });

  it('a change is remembered even if the process is killed after its next write', async () => {
    const store = new FakeStore();
    const bench = new Bench(ROOMY, store);
    await promisesKept();
    bench.accept('a', 1, expiring(60));
    await settled();
    bench.clock.set(2 * DAY);
    bench.accept('b', 1, expiring(60));
    await settled();
    const next = new Bench(ROOMY, store, bench.clock);
    next.clock.advance(2 * SECOND);
    await settled();
    const transport = next.attach();
    await settled();
    assert.deepEqual(
      transport.published.map(({ question }) => [question.topic, question.properties?.messageExpiryInterval]),
      [
        ['a', 58],
        ['b', 58],
      ],
    );
    answer(transport, 'a');
  });
});
