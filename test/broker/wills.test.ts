// Wills (MQTT 5, section 3.1.2.5): published when a client is lost, after their delay, and not after a normal end.

import assert from 'node:assert/strict';
import type { IConnectPacket } from 'mqtt-packet';
import { BrokerBench, type TestClient } from './broker-bench';
import { SlowStore } from './slow-store';

type WillProperties = NonNullable<IConnectPacket['will']>['properties'];

describe('broker: wills', () => {
  let bench: BrokerBench;
  let watcher: TestClient;
  beforeEach(async () => {
    bench = await BrokerBench.start();
    watcher = await bench.connect('watcher');
    await watcher.subscribe('will', { qos: 2 });
  });
  afterEach(() => bench.close());

  function connect(sessionExpiryInterval: number, properties: WillProperties = {}): Promise<TestClient> {
    const will = { topic: 'will', payload: 'gone', qos: 1, retain: true, properties } as const;
    return bench.connect('mortal', { will, clean: false, properties: { sessionExpiryInterval } });
  }

  it('are published with their QoS, flag and properties when the connection is lost', async () => {
    const mortal = await connect(0, { contentType: 'text/plain', userProperties: { a: 'b' } });
    mortal.drop();
    const { payload, qos, properties } = await watcher.next('publish');
    assert.deepEqual([payload.toString(), qos, properties?.contentType], ['gone', 1, 'text/plain']);
    assert.deepEqual({ ...properties?.userProperties }, { a: 'b' });
    const late = await bench.connect('late');
    await late.subscribe('will');
    assert.equal((await late.next('publish')).retain, true);
  });

  it('of MQTT 3.1.1 are published as well', async () => {
    const will = { topic: 'will', payload: 'old', qos: 0, retain: false } as const;
    (await bench.connect('old', { protocolVersion: 4, will })).drop();
    assert.deepEqual(await watcher.messages(1), ['will=old']);
  });

  it('are not published after DISCONNECT 0x00', async () => {
    await (await connect(0)).disconnect(0);
    bench.clock.advance(10);
    await watcher.quiet();
  });

  it('are published after DISCONNECT 0x04', async () => {
    await (await connect(0)).disconnect(4);
    assert.deepEqual(await watcher.messages(1), ['will=gone']);
  });

  it('are published after a protocol error, the end of the keep-alive and a takeover', async () => {
    const wrong = await connect(0);
    wrong.connect('mortal');
    assert.deepEqual(await watcher.messages(1), ['will=gone']);
    const will = { topic: 'will', payload: 'silent', qos: 0, retain: false } as const;
    await bench.connect('silent', { keepalive: 1, will });
    bench.clock.advance(3);
    assert.deepEqual(await watcher.messages(1), ['will=silent']);
    await bench.connect('taken', { will: { ...will, payload: 'taken' } });
    await bench.connect('taken');
    assert.deepEqual(await watcher.messages(1), ['will=taken']);
  });

  it('are published after their delay', async () => {
    (await connect(100, { willDelayInterval: 10 })).drop();
    await waitUntilAbsent();
    bench.clock.advance(9);
    await watcher.quiet();
    bench.clock.advance(2);
    assert.deepEqual(await watcher.messages(1), ['will=gone']);
    bench.clock.advance(200);
    await watcher.quiet();
  });

  it('are published at the latest when their session ends', async () => {
    (await connect(5, { willDelayInterval: 60 })).drop();
    await waitUntilAbsent();
    bench.clock.advance(4);
    await watcher.quiet();
    bench.clock.advance(2);
    assert.deepEqual(await watcher.messages(1), ['will=gone']);
  });

  it('are published at once where too many are delayed', async () => {
    await bench.close();
    bench = await BrokerBench.start({ settings: { delayedWillBytes: 3000 } });
    watcher = await bench.connect('watcher');
    await watcher.subscribe('will/#', { qos: 1 });
    const lose = async (clientId: string): Promise<void> => {
      const will = { topic: `will/${clientId}`, payload: Buffer.alloc(1000, 'x'), qos: 1, retain: false } as const;
      const properties = { willDelayInterval: 10 };
      const client = await bench.connect(clientId, {
        will: { ...will, properties },
        clean: false,
        properties: { sessionExpiryInterval: 1000 },
      });
      client.drop();
    };
    for (const clientId of ['a', 'b', 'c']) await lose(clientId);
    assert.equal((await watcher.next('publish')).topic, 'will/c');
    bench.clock.advance(5);
    // What is still delayed counts.
    await lose('d');
    assert.equal((await watcher.next('publish')).topic, 'will/d');
    await watcher.quiet();
    bench.clock.advance(6);
    const topics = [(await watcher.next('publish')).topic, (await watcher.next('publish')).topic];
    assert.deepEqual(topics, ['will/a', 'will/b']);
    await lose('e');
    await watcher.quiet();
    bench.clock.advance(11);
    assert.equal((await watcher.next('publish')).topic, 'will/e');
  });

  it('are not published if the client is back within their delay', async () => {
    (await connect(100, { willDelayInterval: 10 })).drop();
    await waitUntilAbsent();
    bench.clock.advance(5);
    const back = await bench.connect('mortal', { clean: false, properties: { sessionExpiryInterval: 100 } });
    bench.clock.advance(20);
    await watcher.quiet();
    await back.quiet();
  });

  it('that are delayed are published when the client starts a new session', async () => {
    (await connect(100, { willDelayInterval: 10 })).drop();
    await waitUntilAbsent();
    await bench.connect('mortal', { clean: true });
    assert.deepEqual(await watcher.messages(1), ['will=gone']);
  });

  it('expire after their interval, counted from publication', async () => {
    (await connect(100, { willDelayInterval: 10, messageExpiryInterval: 30 })).drop();
    await waitUntilAbsent();
    bench.clock.advance(11);
    assert.equal((await watcher.next('publish')).properties?.messageExpiryInterval, 30);
  });

  it('to $SYS are refused with CONNECT', async () => {
    const client = bench.open();
    client.connect('bad', { will: { topic: '$SYS/broker/version', payload: 'x', qos: 0, retain: true } });
    assert.equal((await client.next('connack')).reasonCode, 0x87);
    await client.closed;
  });

  it('that say whether a mosquitto bridge is connected are published to $SYS, by that bridge alone', async () => {
    const will = { topic: '$SYS/broker/connection/house/state', payload: '0', qos: 1 as const, retain: true };
    const other = bench.open();
    other.connect('other', { will });
    assert.equal((await other.next('connack')).reasonCode, 0x87);
    const bridge = await bench.connect('house', { will });
    await bridge.publish(will.topic, '1', { qos: 1, retain: true });
    await watcher.subscribe('$SYS/broker/connection/+/state');
    bridge.drop();
    assert.deepEqual(await watcher.messages(2), [`${will.topic}=1`, `${will.topic}=0`]);
  });

  it('that are delayed are asked for as those of their client, also by the next process', async () => {
    await bench.close();
    const store = new SlowStore();
    const access = { mayPublish: ({ origin }: { origin: { local: boolean } }): boolean => origin.local || permits };
    let permits = true;
    bench = await BrokerBench.start({ store, access });
    const properties = { sessionExpiryInterval: 100 };
    const will = {
      topic: 'will',
      payload: 'gone',
      qos: 1,
      retain: false,
      properties: { willDelayInterval: 10 },
    } as const;
    for (const local of [true, false]) {
      const client = bench.open(5, local);
      const payload = local ? 'of this process' : 'of a device';
      client.connect(payload, { clean: false, properties, will: { ...will, payload } });
      await client.next('connack');
      client.drop();
      await client.closed;
    }
    const { clock } = bench;
    await bench.close();
    permits = false;
    const refused: unknown[] = [];
    const listener = { refused: ({ clientId }: { clientId: string }): void => void refused.push(clientId) };
    bench = await BrokerBench.start({ store, clock, access, listener });
    watcher = await bench.connect('watcher');
    await watcher.subscribe('will', { qos: 1 });
    clock.advance(11);
    assert.deepEqual(await watcher.messages(1), ['will=of this process']);
    await watcher.quiet();
    assert.deepEqual(refused, ['of a device']);
  });

  /** The broker sees the end of the stream a turn of the event loop later. */
  async function waitUntilAbsent(): Promise<void> {
    while (bench.broker.clients().some(({ clientId, connected }) => clientId === 'mortal' && connected)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});
