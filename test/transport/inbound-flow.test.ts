// When a server gets the acknowledgements of its QoS 1 and 2 publications, while a flow still works on them.

import assert from 'node:assert/strict';
import { goesOn, InboundBench } from './inbound-bench';

describe('Publications from a server', () => {
  let bench: InboundBench;
  beforeEach(async () => {
    bench = await InboundBench.start();
  });
  afterEach(() => bench.stop());

  for (const protocolVersion of [4, 5] as const) {
    describe(`by MQTT ${protocolVersion}`, () => {
      for (const [qos, kind] of [
        [1, 'puback'],
        [2, 'pubrec'],
      ] as const) {
        it(`are acknowledged in the order in which they came, at QoS ${qos}`, async () => {
          const [client, listener] = await bench.connect({ protocolVersion });
          for (const id of [1, 2, 3]) bench.send(client, qos, id);
          const [first, second, third] = await listener.receipts.first(3);
          third?.acknowledge();
          second?.acknowledge();
          first?.acknowledge();
          await bench.answer(`${kind} 3`);
          assert.deepEqual(bench.answers(), [`${kind} 1`, `${kind} 2`, `${kind} 3`]);
        });

        it(`are acknowledged although an earlier one never is, at QoS ${qos}`, async () => {
          const [client, listener] = await bench.connect({ protocolVersion });
          for (const id of [1, 2]) bench.send(client, qos, id);
          const [first, second] = await listener.receipts.first(2);
          second?.acknowledge();
          first?.abandon();
          await bench.answer(`${kind} 2`);
          assert.deepEqual(bench.answers(), [`${kind} 2`]);
        });

        it(`are not delivered twice when the server sends them again meanwhile, at QoS ${qos}`, async () => {
          const [client, listener] = await bench.connect({ protocolVersion });
          bench.send(client, qos, 1);
          bench.send(client, qos, 1, { dup: true });
          bench.send(client, qos, 2);
          assert.deepEqual(await bench.topics(listener, 2), ['t/1', 't/2']);
        });
      }

      it('let pings and publications go on while their acknowledgement is withheld', async () => {
        const [client, listener] = await bench.connect({ protocolVersion, keepalive: 1 });
        bench.send(client, 1, 1);
        bench.send(client, 2, 2);
        await listener.receipts.first(2);
        // The third ping comes after more than twice the keep-alive.
        await bench.server.received.find('third ping', () => bench.server.count('pingreq') >= 3);
        const publication = { topic: 'out', payload: 'x', qos: 1, retain: false } as const;
        const outcome = await new Promise<{ kind: string }>((resolve) => {
          bench.transport.publish(publication, resolve);
        });
        assert.equal(outcome.kind, 'acknowledged');
        assert.equal(listener.ends.all.length, 0);
        for (const receipt of listener.receipts.all) receipt.acknowledge();
        await bench.answer('pubrec 2');
      });

      it('are delivered once at QoS 2, before the flow is done with them', async () => {
        const [client, listener] = await bench.connect({ protocolVersion });
        bench.send(client, 2, 7);
        const receipt = await listener.receipts.next();
        assert.deepEqual(bench.answers(), []);
        receipt.acknowledge();
        await bench.answer('pubrec 7');
        bench.send(client, 2, 7, { dup: true });
        client.send({ cmd: 'pubrel', messageId: 7 });
        await bench.answer('pubcomp 7');
        assert.deepEqual(bench.answers(), ['pubrec 7', 'pubrec 7', 'pubcomp 7']);
        assert.deepEqual(await bench.topics(listener, 1), ['t/7']);
        // The identifier is free again, for another publication.
        bench.send(client, 2, 7);
        assert.deepEqual(await bench.topics(listener, 2), ['t/7', 't/7']);
      });

      it('are delivered once at QoS 2 when the session continues, whichever packet of the exchange was lost', async () => {
        const [first, before] = await bench.connect({ protocolVersion });
        for (const id of [1, 2, 3]) bench.send(first, 2, id);
        const [done, working, atWork] = await before.receipts.first(3);
        done?.acknowledge();
        await bench.answer('pubrec 1');
        bench.transport.destroy();
        await first.gone();
        // The flow is done while there is no connection.
        working?.acknowledge();
        bench.server.script = goesOn;
        const [second, after] = await bench.connect({ protocolVersion });
        for (const id of [1, 2, 3]) bench.send(second, 2, id, { dup: true });
        await bench.answer('pubrec 2');
        assert.deepEqual(bench.answers(), ['pubrec 1', 'pubrec 1', 'pubrec 2']);
        atWork?.acknowledge();
        await bench.answer('pubrec 3');
        assert.deepEqual(after.messages.all, []);
      });

      it('are delivered again at QoS 2 when the subscriber abandons them', async () => {
        const [first, before] = await bench.connect({ protocolVersion });
        bench.send(first, 2, 1);
        (await before.receipts.next()).abandon();
        bench.transport.destroy();
        await first.gone();
        bench.server.script = goesOn;
        const [second, after] = await bench.connect({ protocolVersion });
        bench.send(second, 2, 1, { dup: true });
        assert.deepEqual(await bench.topics(after, 1), ['t/1 again']);
      });

      it('are new ones when the server has lost the session', async () => {
        const [first, before] = await bench.connect({ protocolVersion });
        bench.send(first, 2, 1);
        const late = await before.receipts.next();
        bench.transport.destroy();
        await first.gone();
        const [second, after] = await bench.connect({ protocolVersion });
        late.acknowledge();
        bench.send(second, 2, 1);
        assert.deepEqual(await bench.topics(after, 1), ['t/1']);
        (await after.receipts.next()).acknowledge();
        await bench.answer('pubrec 1');
        assert.deepEqual(bench.answers(), ['pubrec 1']);
      });

      it('are acknowledged on their own connection only, at QoS 1', async () => {
        const [first, before] = await bench.connect({ protocolVersion });
        bench.send(first, 1, 1);
        const late = await before.receipts.next();
        bench.transport.destroy();
        await first.gone();
        bench.server.script = goesOn;
        const [second, after] = await bench.connect({ protocolVersion });
        late.acknowledge();
        bench.send(second, 1, 1, { dup: true });
        assert.deepEqual(await bench.topics(after, 1), ['t/1 again']);
        bench.send(second, 1, 2);
        const [again, other] = await after.receipts.first(2);
        other?.acknowledge();
        again?.acknowledge();
        await bench.answer('puback 2');
        assert.deepEqual(bench.answers(), ['puback 1', 'puback 2']);
      });

      it('are acknowledged before DISCONNECT', async () => {
        const [client, listener] = await bench.connect({ protocolVersion });
        bench.send(client, 1, 1);
        (await listener.receipts.next()).acknowledge();
        await bench.transport.close();
        await client.gone();
        assert.deepEqual(bench.answers(), ['puback 1', 'disconnect']);
      });
    });
  }

  it('are refused with a reason code by MQTT 5, and the exchange at QoS 2 is over', async () => {
    const [client, listener] = await bench.connect({ protocolVersion: 5 });
    bench.send(client, 1, 1);
    bench.send(client, 2, 2);
    for (const receipt of await listener.receipts.first(2)) receipt.acknowledge(0x83);
    await bench.answer('pubrec 2 0x83');
    assert.deepEqual(bench.answers(), ['puback 1 0x83', 'pubrec 2 0x83']);
    bench.send(client, 2, 2);
    assert.deepEqual(await bench.topics(listener, 3), ['t/1', 't/2', 't/2']);
  });

  it('stay unacknowledged when they are refused by MQTT 3.1.1, which knows no refusal', async () => {
    const [client, listener] = await bench.connect({ protocolVersion: 4 });
    for (const id of [1, 2]) bench.send(client, 1, id);
    const [first, second] = await listener.receipts.first(2);
    first?.acknowledge(0x83);
    second?.acknowledge();
    await bench.answer('puback 2');
    assert.deepEqual(bench.answers(), ['puback 2']);
  });

  it('may exceed the receive maximum, as those of mosquitto 2.0.11 do', async () => {
    const [client, listener] = await bench.connect({ protocolVersion: 5, properties: { receiveMaximum: 2 } });
    for (const id of [1, 2, 3, 4]) bench.send(client, id % 2 === 0 ? 2 : 1, id);
    assert.deepEqual(await bench.topics(listener, 4), ['t/1', 't/2', 't/3', 't/4']);
    for (const receipt of listener.receipts.all) receipt.acknowledge();
    await bench.answer('puback 3');
    await bench.answer('pubrec 4');
    assert.equal(listener.ends.all.length, 0);
  });

  it('are acknowledged once, however often the subscriber settles them', async () => {
    const [client, listener] = await bench.connect();
    bench.send(client, 1, 1);
    const receipt = await listener.receipts.next();
    receipt.acknowledge();
    receipt.acknowledge(0x80);
    receipt.abandon();
    bench.send(client, 1, 2);
    (await listener.receipts.first(2))[1]?.acknowledge();
    await bench.answer('puback 2');
    assert.deepEqual(bench.answers(), ['puback 1', 'puback 2']);
  });

  it('that arrive together with CONNACK reach the subscriber in order', async () => {
    bench.server.script = {
      connect(client) {
        client.socket.cork();
        client.send({ cmd: 'connack', sessionPresent: true, reasonCode: 0 });
        for (const [index, qos] of ([1, 2, 0] as const).entries()) bench.send(client, qos, index + 1);
        client.socket.uncork();
      },
    };
    const listener = bench.begin();
    assert.deepEqual(await bench.topics(listener, 3), ['t/1', 't/2', 't/3']);
    await bench.answer('pubrec 2');
    assert.deepEqual(bench.answers(), ['puback 1', 'pubrec 2']);
  });

  it('may continue without limit when each is acknowledged', async () => {
    const [client, listener] = await bench.connect({ protocolVersion: 5, properties: { receiveMaximum: 2 } });
    listener.holds = false;
    for (const id of [1, 2, 3, 4]) {
      bench.send(client, id % 2 === 0 ? 2 : 1, id);
      if (id % 2 === 0) await bench.answer(`pubrec ${id}`);
      if (id % 2 === 0) client.send({ cmd: 'pubrel', messageId: id });
      await bench.answer(id % 2 === 0 ? `pubcomp ${id}` : `puback ${id}`);
    }
    assert.equal(listener.ends.all.length, 0);
  });

  it('PUBREL for an unknown publication is answered, by MQTT 5 with a reason code', async () => {
    const [client] = await bench.connect({ protocolVersion: 5 });
    client.send({ cmd: 'pubrel', messageId: 9 });
    await bench.answer('pubcomp 9 0x92');
  });
});
