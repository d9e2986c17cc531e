// Somebody sets the clock of the machine: the broker goes by the time that has passed, also after a restart.

import assert from 'node:assert/strict';
import { BrokerBench } from './broker-bench';
import { SlowStore } from './slow-store';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const KEPT = { clean: false, properties: { sessionExpiryInterval: HOUR } } as const;

for (const [name, change] of [
  ['two days forward', 2 * DAY],
  ['a minute forward', MINUTE],
  ['an hour back', -HOUR],
] as const) {
  describe(`broker: the clock of the machine is set ${name}`, () => {
    let bench: BrokerBench;
    let store: SlowStore;
    beforeEach(async () => {
      store = new SlowStore();
      bench = await BrokerBench.start({ store });
    });
    afterEach(() => bench.close());

    async function restart(): Promise<void> {
      const { clock } = bench;
      await bench.close();
      bench = await BrokerBench.start({ store, clock });
    }

    /** Whether the session of `clientId` is there; it is away again afterwards. */
    async function isKept(clientId: string): Promise<boolean> {
      const client = bench.open();
      client.connect(clientId, KEPT);
      const { sessionPresent } = await client.next('connack');
      await client.disconnect();
      return sessionPresent;
    }

    it('sessions expire after their interval', async () => {
      await isKept('away');
      bench.clock.advance(30 * MINUTE);
      bench.clock.set(change);
      bench.clock.advance(29 * MINUTE);
      assert.equal(await isKept('away'), true);
      bench.clock.advance(61 * MINUTE);
      assert.equal(await isKept('away'), false);
    });

    it('sessions expire after their interval, counted over a restart', async () => {
      await isKept('away');
      bench.clock.advance(30 * MINUTE);
      bench.clock.set(change);
      bench.clock.advance(20 * MINUTE);
      await restart();
      bench.clock.advance(9 * MINUTE);
      assert.equal(await isKept('away'), true);
      await restart();
      bench.clock.advance(61 * MINUTE);
      assert.equal(await isKept('away'), false);
    });

    it('retained messages expire after their interval, counted over a restart', async () => {
      const publisher = await bench.connect('publisher');
      publisher.send({
        ...{ cmd: 'publish', topic: 't', payload: 'x', qos: 1, messageId: 7, retain: true, dup: false },
        properties: { messageExpiryInterval: HOUR },
      });
      await publisher.next('puback');
      bench.clock.set(change);
      bench.clock.advance(20 * MINUTE);
      await restart();
      bench.clock.advance(10 * MINUTE);
      const subscriber = await bench.connect('subscriber');
      await subscriber.subscribe('t');
      assert.equal((await subscriber.next('publish')).properties?.messageExpiryInterval, 30 * MINUTE);
    });

    it('delayed wills are published after their delay, counted over a restart', async () => {
      const watcher = await bench.connect('watcher', { ...KEPT, keepalive: 0 });
      await watcher.subscribe('will', { qos: 1 });
      await watcher.disconnect();
      const dying = await bench.connect('dying', {
        ...KEPT,
        will: {
          topic: 'will',
          payload: Buffer.from('gone'),
          qos: 1,
          retain: false,
          properties: { willDelayInterval: 1800 },
        },
      });
      dying.drop();
      await dying.closed;
      bench.clock.advance(10 * MINUTE);
      bench.clock.set(change);
      bench.clock.advance(10 * MINUTE);
      await restart();
      const again = await bench.connect('watcher', { ...KEPT, keepalive: 0 });
      bench.clock.advance(9 * MINUTE);
      await again.quiet();
      bench.clock.advance(2 * MINUTE);
      assert.deepEqual(await again.messages(1), ['will=gone']);
    });

    it('clients stay connected', async () => {
      const client = await bench.connect('client', { keepalive: 60 });
      bench.clock.set(change);
      bench.clock.advance(2);
      await client.quiet();
      assert.equal(bench.broker.clients().length, 1);
    });
  });
}

describe('broker: the clock of the machine is set back while no broker runs', () => {
  it('and sessions expire at the latest after their interval from now', async () => {
    const store = new SlowStore();
    let bench = await BrokerBench.start({ store });
    const client = await bench.connect('away', KEPT);
    await client.disconnect();
    const { clock } = bench;
    await bench.close();
    clock.set(-30 * DAY);
    bench = await BrokerBench.start({ store, clock });
    clock.advance(61 * MINUTE);
    assert.deepEqual(bench.broker.clients(), []);
    await bench.close();
  });
});
