// Clients of the broker that read slowly, or not at all, while a message waits for them.

import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { BrokerBench, type TestClient } from './broker-bench';
import type { SlowLink } from './slow-link';

describe('broker: a client that reads slowly', () => {
  let bench: BrokerBench;
  afterEach(() => bench.close());

  const LARGE = 'x'.repeat(400_000);
  let client: TestClient;
  let link: SlowLink;

  /** A client for which a large message waits. */
  async function startSlow(tells: boolean, payload = LARGE): Promise<void> {
    bench = await BrokerBench.start({ settings: { stallTime: 10_000 } });
    ({ client, link } = bench.openSlow(tells));
    link.move(1000);
    client.connect('slow');
    await client.next('connack');
    await client.subscribe('t');
    link.stop();
    const publisher = await bench.connect('publisher');
    await publisher.publish('t', payload, { qos: 1 });
  }

  /** Lets so many bytes go out in each of some seconds; those by which the client was disconnected are not counted. */
  async function pass(seconds: number, bytes: number): Promise<number> {
    for (let second = 0; second < seconds; second++) {
      link.move(bytes);
      // Each portion takes some turns.
      for (let turns = 0; turns < 40; turns++) await turn();
      link.stop();
      bench.clock.advance(1);
      if (!bench.broker.clients().some(({ clientId }) => clientId === 'slow')) return second;
    }
    return seconds;
  }

  it('stays connected if its link takes a part of a write at a time', async () => {
    await startSlow(true);
    assert.equal(await pass(101, 4000), 101);
    assert.equal((await client.next('publish')).payload.length, LARGE.length);
  });

  it('stays connected if its system takes much at a time and then nothing, once it has taken something while more waited', async () => {
    await startSlow(true);
    await pass(2, 0);
    await pass(1, 20_000);
    for (let round = 0; round < 6; round++) {
      assert.equal(await pass(20, 0), 20);
      await pass(1, 80_000);
    }
    assert.equal((await client.next('publish')).payload.length, LARGE.length);
  });

  it('stays connected if its stream does not tell what parts of a write have gone out', async () => {
    await startSlow(false);
    assert.equal(await pass(60, 8000), 60);
    assert.equal((await client.next('publish')).payload.length, LARGE.length);
  });

  it('is disconnected after six times the limit at most, once it has stopped', async () => {
    await startSlow(true);
    await pass(20, 4000);
    const seconds = await pass(100, 0);
    assert.ok(seconds >= 10 && seconds <= 61, `disconnected after ${seconds} s`);
  });

  it('is disconnected after the limit if it has never read, or has read fast', async () => {
    await startSlow(true);
    assert.equal(await pass(100, 0), 10);
    await bench.close();
    await startSlow(true, 'x'.repeat(10_000_000));
    await pass(3, 1_000_000);
    assert.equal(await pass(100, 0), 10);
  });

  it('is disconnected if it reads nothing', async () => {
    bench = await BrokerBench.start({ settings: { stallTime: 5000 } });
    const client = await bench.connect('client');
    await client.subscribe('t');
    client.stream.pause();
    const publisher = await bench.connect('publisher');
    await publisher.publish('t', 'x'.repeat(1_000_000), { qos: 1 });
    bench.clock.advance(7);
    await publisher.quiet();
    assert.equal(
      bench.broker.clients().some(({ clientId }) => clientId === 'client'),
      false,
    );
  });
});
