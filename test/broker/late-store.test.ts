// A store that cannot be opened when the broker starts, and can be later: locked, without permission, or not mounted yet.

import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { LateStore } from '#src/broker/store/late-store';
import { type BenchClock, BrokerBench } from './broker-bench';
import { SlowStore } from './slow-store';

const KEPT = { clean: false, properties: { sessionExpiryInterval: 100_000 } } as const;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('broker: a store that can be opened later', () => {
  let bench: BrokerBench;
  let store: SlowStore;
  let events: string[];
  beforeEach(() => {
    events = [];
    store = new SlowStore();
  });
  afterEach(() => bench.close());

  async function start(clock?: BenchClock): Promise<void> {
    const listener = { storeUnusable: () => events.push('unusable'), storeOpened: () => events.push('opened') };
    bench = await BrokerBench.start({ store, listener, ...(clock && { clock }) });
  }

  /** A process that leaves a session with a publication, which expires after so many s, and two retained messages. */
  async function earlier(messageExpiryInterval = DAY): Promise<void> {
    await start();
    const away = await bench.connect('away', KEPT);
    await away.subscribe('t/#', { qos: 2 });
    await away.disconnect();
    const publisher = await bench.connect('publisher');
    await publisher.publish('t/1', 'queued', { qos: 1, properties: { messageExpiryInterval } });
    await publisher.publish('only/before', 'x', { qos: 1, retain: true });
    await publisher.publish('both', 'before', { qos: 1, retain: true });
    const { clock } = bench;
    await bench.close();
    store.opens = false;
    await start(clock);
  }

  /** The store can be opened from now on, and is, at the next attempt. */
  async function arrive(): Promise<void> {
    store.opens = true;
    while (!events.includes('opened')) {
      bench.clock.advance(1);
      await turn();
    }
    await bench.broker.flush();
  }

  async function retained(): Promise<string[]> {
    const reader = await bench.connect('reader');
    await reader.subscribe('both');
    await reader.subscribe('only/#');
    return (await reader.messages(3)).sort();
  }

  it('brings back what it held, and gets what has come meanwhile', async () => {
    await earlier();
    const meanwhile = await bench.connect('meanwhile', KEPT);
    await meanwhile.subscribe('t/#', { qos: 1 });
    await meanwhile.disconnect();
    const publisher = await bench.connect('publisher');
    await publisher.publish('t/2', 'queued', { qos: 1 });
    await publisher.publish('both', 'meanwhile', { qos: 1, retain: true });
    await publisher.publish('only/meanwhile', 'y', { qos: 1, retain: true });
    assert.equal(store.kept.has('r/only/meanwhile'), false);
    await arrive();
    const expected = ['both=meanwhile', 'only/before=x', 'only/meanwhile=y'];
    assert.deepEqual(await retained(), expected);
    // All of it is in the store: the next process has it.
    await bench.close();
    await start();
    assert.deepEqual(await retained(), expected);
    const away = await bench.connect('away', KEPT);
    assert.deepEqual(await away.messages(1), ['t/1=queued']);
    const back = await bench.connect('meanwhile', KEPT);
    assert.deepEqual(await back.messages(1), ['t/2=queued']);
    assert.deepEqual(events, ['unusable', 'opened']);
  });

  it('gives a client that is back meanwhile what waited for it', async () => {
    await earlier();
    const back = await bench.connect('away', KEPT);
    await arrive();
    assert.deepEqual(await back.messages(1), ['t/1=queued']);
  });

  it('gives a client that is back meanwhile nothing that has expired', async () => {
    await earlier(60);
    const back = await bench.connect('away', KEPT);
    bench.clock.advance(2 * MINUTE);
    await arrive();
    await back.quiet();
  });

  it('tells subscribers what was retained before, and leaves nothing of it twice', async () => {
    await earlier();
    const reader = await bench.connect('subscriber');
    await reader.subscribe('#');
    await arrive();
    assert.deepEqual((await reader.messages(2)).sort(), ['both=before', 'only/before=x']);
    const entries = [...store.kept.keys()].filter((key) => !key.startsWith('t/')).sort();
    assert.deepEqual(
      entries.map((key) => key[0]),
      ['m', 'q', 'r', 'r', 's'],
    );
  });

  it('keeps what has come when its first write fails, and writes it later', async () => {
    await earlier();
    await (await bench.connect('publisher')).publish('only/meanwhile', 'y', { qos: 1, retain: true });
    store.fails = true;
    store.opens = true;
    while (!events.includes('opened')) {
      bench.clock.advance(1);
      await turn();
    }
    await turn();
    assert.equal(store.kept.has('r/only/meanwhile'), false);
    assert.equal(store.kept.has('r/only/before'), true);
    store.fails = false;
    while (!store.kept.has('r/only/meanwhile')) {
      bench.clock.advance(1);
      await turn();
    }
    assert.deepEqual(await retained(), ['both=before', 'only/before=x', 'only/meanwhile=y']);
  });

  it('is given nothing that was taken back after its first write had failed', async () => {
    const late = new LateStore();
    store.fails = true;
    await late.arrived(store);
    await assert.rejects(late.write([{ kind: 'put', key: 'taken back', value: Buffer.of(1) }]));
    store.fails = false;
    await late.write([{ kind: 'put', key: 'kept', value: Buffer.of(2) }]);
    assert.deepEqual([...store.kept.keys()], ['kept']);
    bench = await BrokerBench.start({});
  });

  it('is tried after 1, 2, 4 s and so on, at least once in a minute, until the broker ends', async () => {
    store.opens = false;
    await start();
    const times: number[] = [];
    for (let second = 1; second <= 200; second++) {
      const before = store.attempts;
      bench.clock.advance(1);
      await turn();
      if (store.attempts > before) times.push(second);
    }
    assert.deepEqual(times, [1, 3, 7, 15, 31, 63, 123, 183]);
    assert.deepEqual(events, ['unusable']);
    await bench.close();
    const before = store.attempts;
    bench.clock.advance(100);
    await turn();
    assert.equal(store.attempts, before);
  });

  for (const [name, before, meanwhile] of [
    ['forward before', 3 * DAY, 0],
    ['back before', -3 * DAY, 0],
    ['forward while it is missing', 0, 3 * DAY],
    ['back while it is missing', 0, -3 * DAY],
    ['forward before, and again while it is missing', 3 * DAY, 3 * DAY],
  ] as const) {
    it(`keeps what it held for as long as it is to be kept, where the clock was set ${name}`, async () => {
      await start();
      const { clock } = bench;
      const hour = { clean: false, properties: { sessionExpiryInterval: HOUR } } as const;
      const will = { topic: 't/will', payload: Buffer.from('gone'), qos: 1, retain: false } as const;
      const away = await bench.connect('away', hour);
      await away.subscribe('t/#', { qos: 1 });
      clock.set(before);
      clock.advance(2);
      const began = clock.now();
      const minutes = (): number => (clock.now() - began) / 60_000;
      await away.disconnect();
      const mortal = await bench.connect('mortal', {
        ...hour,
        will: { ...will, properties: { willDelayInterval: 30 * MINUTE } },
      });
      mortal.drop();
      await mortal.closed;
      const publisher = await bench.connect('publisher');
      const expires = { qos: 1, properties: { messageExpiryInterval: HOUR } } as const;
      await publisher.publish('t/1', 'queued', expires);
      await publisher.publish('kept', 'x', { ...expires, retain: true });
      await bench.close();
      store.opens = false;
      await start(clock);
      clock.set(meanwhile);
      clock.advance(10 * MINUTE);
      await arrive();
      assert.equal(await lifeOfRetained(), HOUR - minutes() * MINUTE);
      // What was written is the same.
      await bench.close();
      await start(clock);
      assert.equal(await lifeOfRetained(), HOUR - minutes() * MINUTE);
      clock.advance(Math.round(29 - minutes()) * MINUTE);
      const back = bench.open();
      back.connect('away', hour);
      assert.equal((await back.next('connack')).sessionPresent, true);
      const queued = await back.next('publish');
      assert.equal(queued.properties?.messageExpiryInterval, HOUR - minutes() * MINUTE);
      await back.quiet();
      clock.advance(2 * MINUTE);
      assert.deepEqual(await back.messages(1), ['t/will=gone']);
      assert.ok(bench.broker.clients().some(({ clientId }) => clientId === 'mortal'));
      clock.advance(Math.round(61 - minutes()) * MINUTE);
      assert.deepEqual(
        bench.broker.clients().map(({ clientId }) => clientId),
        ['away'],
      );
    });
  }

  /** s for which the retained message is kept on. */
  async function lifeOfRetained(): Promise<number | undefined> {
    const reader = await bench.connect('reader');
    await reader.subscribe('kept');
    const { properties } = await reader.next('publish');
    await reader.disconnect();
    return properties?.messageExpiryInterval;
  }
});
