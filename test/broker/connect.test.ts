// Who is let in, under which identifier and with which keep-alive (MQTT 5, sections 3.1 and 3.2), and who is not.

import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import type { Refusal } from '#src/broker/clients/broker-listener';
import type { BrokerSettings } from '#src/broker/clients/broker-settings';
import { BrokerBench } from './broker-bench';

describe('broker: CONNECT', () => {
  let bench: BrokerBench;
  let refusals: Refusal[];

  async function start(settings: Partial<BrokerSettings> = {}): Promise<void> {
    refusals = [];
    bench = await BrokerBench.start({ settings, listener: { refused: (refusal) => void refusals.push(refusal) } });
  }

  afterEach(() => bench.close());

  /** CONNECT as bytes: without Clean Session and with the identifier `clientId`. */
  function rawConnect(level: number, clientId: string): Buffer {
    const name = Buffer.from('MQTT');
    const body = [0, 4, ...name, level, 0, 0, 0, 0, clientId.length, ...Buffer.from(clientId)];
    return Buffer.from([0x10, body.length, ...body]);
  }

  it('of an unknown version is refused and reported', async () => {
    await start();
    const client = bench.open(4);
    client.stream.write(rawConnect(6, 'device'));
    assert.equal((await client.next('connack')).returnCode, 1);
    await client.closed;
    assert.deepEqual(
      refusals.map(({ what, address, reasonCode }) => [what, address, reasonCode]),
      [['connect', '192.0.2.7', 0x84]],
    );
  });

  it('without an identifier gets one with MQTT 5, and is told which', async () => {
    await start();
    const client = bench.open();
    client.connect('');
    const { properties } = await client.next('connack');
    const [report] = bench.broker.clients();
    assert.ok(report && report.clientId.length > 0);
    assert.equal(properties?.assignedClientIdentifier, report.clientId);
    const named = bench.open();
    named.connect('named');
    assert.equal((await named.next('connack')).properties?.assignedClientIdentifier, undefined);
  });

  it('without an identifier is refused with MQTT 3.1.1 where a session is to be remembered', async () => {
    await start();
    await bench.connect('', { protocolVersion: 4 });
    const client = bench.open(4);
    client.stream.write(rawConnect(4, ''));
    assert.equal((await client.next('connack')).returnCode, 2);
    await client.closed;
  });

  it('is answered with the keep-alive of the broker where it asks for more, or for none', async () => {
    await start({ maximumKeepAlive: 30 });
    for (const [asked, told] of [
      [0, 30],
      [31, 30],
      [30, undefined],
      [20, undefined],
    ] as const) {
      const client = bench.open();
      client.connect(`keep-alive-${asked}`, { keepalive: asked });
      assert.equal((await client.next('connack')).properties?.serverKeepAlive, told);
    }
  });

  it('starts a keep-alive: a client that is silent for one and a half of it is disconnected with 0x8D', async () => {
    await start();
    const silent = await bench.connect('silent', { keepalive: 10 });
    const alive = await bench.connect('alive', { keepalive: 10 });
    bench.clock.advance(14);
    await alive.quiet();
    bench.clock.advance(2);
    assert.equal((await silent.next('disconnect')).reasonCode, 0x8d);
    await silent.closed;
    await alive.quiet();
  });

  it('with an authentication method is refused with 0x8C, and AUTH afterwards with 0x82', async () => {
    await start();
    const client = bench.open();
    client.connect('client', { properties: { authenticationMethod: 'SCRAM-SHA-1' } });
    assert.equal((await client.next('connack')).reasonCode, 0x8c);
    await client.closed;
    const other = await bench.connect('other');
    other.send({ cmd: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'SCRAM-SHA-1' } });
    assert.equal((await other.next('disconnect')).reasonCode, 0x82);
    await other.closed;
  });

  it('with the identifier of a connected client takes over its session: the earlier client gets 0x8E', async () => {
    await start();
    const first = await bench.connect('same');
    const second = await bench.connect('same', { protocolVersion: 4 });
    assert.equal((await first.next('disconnect')).reasonCode, 0x8e);
    await first.closed;
    const third = await bench.connect('same');
    await second.closed;
    await third.quiet();
    assert.equal(bench.broker.clients().length, 1);
  });

  it('with the identifier of a client of this process is refused with 0x85', async () => {
    await start();
    const own = bench.open(5, true);
    own.connect('own');
    await own.next('connack');
    const device = bench.open();
    device.connect('own');
    assert.equal((await device.next('connack')).reasonCode, 0x85);
    await device.closed;
    await own.quiet();
  });

  it('twice ends the connection with 0x82', async () => {
    await start();
    const client = await bench.connect('client');
    client.connect('client');
    assert.equal((await client.next('disconnect')).reasonCode, 0x82);
    await client.closed;
  });

  it('must be the first packet: another one ends the connection without an answer', async () => {
    await start();
    const client = bench.open();
    client.send({ cmd: 'pingreq' });
    await client.closed;
    assert.deepEqual(client.packets.all, []);
  });

  it('must arrive in time', async () => {
    await start({ connectTime: 5000 });
    const client = bench.open();
    bench.clock.advance(7);
    await client.closed;
    assert.deepEqual(client.packets.all, []);
  });

  it('is not read if there are too many connections, which is reported', async () => {
    await start({ maximumConnections: 1 });
    const first = await bench.connect('first');
    const second = bench.open();
    await second.closed;
    await first.quiet();
    assert.deepEqual(
      refusals.map(({ what, reasonCode }) => [what, reasonCode]),
      [['connect', 0x97]],
    );
  });

  it('is refused with 0x97 at the limit of sessions', async () => {
    await start({ maximumSessions: 1 });
    const first = await bench.connect('first', { properties: { sessionExpiryInterval: 100 } });
    await first.disconnect();
    const second = bench.open();
    second.connect('second');
    assert.equal((await second.next('connack')).reasonCode, 0x97);
    await second.closed;
    await bench.connect('first');
    const flows = bench.open(5, true);
    flows.connect('flows');
    assert.equal((await flows.next('connack')).reasonCode, 0, 'a client of this process');
  });
});
