// What the broker publishes about itself under $SYS, and what a bridge of mosquitto gets.

import assert from 'node:assert/strict';
import { BrokerBench } from './broker-bench';

describe('broker: $SYS', () => {
  let bench: BrokerBench;
  beforeEach(async () => {
    bench = await BrokerBench.start({ settings: { systemInterval: 10, version: 'test 1' } });
    bench.clock.advance(1);
  });
  afterEach(() => bench.close());

  it('is retained, by the names of mosquitto', async () => {
    const client = await bench.connect('client');
    await client.subscribe('$SYS/broker/version');
    await client.subscribe('$SYS/broker/clients/+');
    const first = await client.next('publish');
    assert.deepEqual([first.topic, first.payload.toString(), first.retain], ['$SYS/broker/version', 'test 1', true]);
    await client.next('publish');
  });

  it('follows changes', async () => {
    const client = await bench.connect('client');
    await client.subscribe('$SYS/broker/clients/connected', { rh: 2 });
    bench.clock.advance(11);
    assert.deepEqual(await client.messages(1), ['$SYS/broker/clients/connected=1']);
    bench.clock.advance(11);
    await client.quiet();
  });

  it('is not matched by # or +', async () => {
    const client = await bench.connect('client');
    await client.subscribe('#');
    await client.subscribe('+/broker/#');
    bench.clock.advance(11);
    await client.quiet();
  });
});

describe('broker: a bridge of mosquitto', () => {
  it('gets retain flags as published, and not its own publications', async () => {
    const bench = await BrokerBench.start();
    // mqtt-packet writes it, but its types do not know it.
    const asBridge = { protocolVersion: 4 as const, bridgeMode: true };
    const bridge = await bench.connect('bridge', asBridge);
    await bridge.subscribe('#', { qos: 1 });
    await bridge.publish('own', 'x', { qos: 1 });
    const other = await bench.connect('other');
    await other.subscribe('own');
    await other.publish('kept', 'y', { qos: 1, retain: true });
    const received = await bridge.next('publish');
    assert.deepEqual([received.topic, received.retain], ['kept', true]);
    await bridge.quiet();
    await bench.close();
  });

  it('does not lose for its group what it publishes itself', async () => {
    const bench = await BrokerBench.start();
    const asBridge = { protocolVersion: 4 as const, bridgeMode: true };
    const bridge = await bench.connect('bridge', asBridge);
    bridge.acknowledges = true;
    const member = await bench.connect('member');
    member.acknowledges = true;
    for (const client of [bridge, member]) await client.subscribe('$share/group/t', { qos: 1 });
    for (let number = 0; number < 4; number++) await bridge.publish('t', String(number), { qos: 1 });
    assert.deepEqual(await member.messages(4), ['t=0', 't=1', 't=2', 't=3']);
    await bridge.quiet();
    await bench.close();
  });
});
