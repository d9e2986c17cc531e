// The acknowledge node settles a message, wherever in the flows it is.

import assert from 'node:assert/strict';
import type { BrokerConfig } from '#src/settings/broker.config';
import { AcknowledgingFlow, QUIET_TAB } from '../helpers/flows/acknowledging-flow';
import { acknowledgeNodes } from '../helpers/flows/flow-nodes';
import { functionNode } from '../helpers/flows/function-node';
import { type Gates, gateNode } from '../helpers/flows/gate-nodes';
import type { AcknowledgingServer } from '../helpers/servers/acknowledging-server';

describe('the acknowledge node', () => {
  let bench: AcknowledgingFlow;
  let server: AcknowledgingServer;
  let gates: Gates;

  afterEach(() => bench.stop());

  async function prepare(broker: Partial<BrokerConfig> = {}): Promise<void> {
    bench = await AcknowledgingFlow.prepare({ acknowledge: 'manual' }, broker);
    ({ server, gates } = bench);
  }

  it('acknowledges a message at QoS 1 and 2, and sends it on', async () => {
    await prepare();
    const flow = await bench.start([gateNode('work', 'ack'), ...acknowledgeNodes('ack')]);
    await server.send(1);
    await server.send(2, 2);
    const first = await gates.at('work', 't/1');
    await server.pinged();
    assert.deepEqual(server.answers, []);
    first.pass();
    (await gates.at('work', 't/2')).pass();
    assert.deepEqual(await server.acknowledged(2), ['1', '2']);
    assert.deepEqual(
      (await flow.received('ack-out').first(2)).map(({ topic }) => topic),
      ['t/1', 't/2'],
    );
    assert.deepEqual(flow.caughtCodes, []);
  });

  it('refuses a message with the reason chosen', async () => {
    await prepare();
    await bench.start(acknowledgeNodes('ack', { answer: 'refuse', reasonCode: 0x99 }));
    await server.send(1);
    await server.send(2, 2);
    assert.deepEqual(await server.acknowledged(2), ['1 153', '2 153']);
  });

  it('leaves a refused message unacknowledged by MQTT 3.1.1', async () => {
    await prepare({ protocolVersion: 4 });
    const branch = functionNode('f', 'return msg.topic === "t/1" ? [msg, null] : [null, msg];', ['no'], ['yes']);
    await bench.start([branch, ...acknowledgeNodes('no', { answer: 'refuse' }), ...acknowledgeNodes('yes')]);
    await server.send(1);
    await server.send(2);
    assert.deepEqual(await server.acknowledged(1), ['2']);
  });

  for (const [name, nodes] of [
    ['a function that makes a new message', [functionNode('f', 'return { payload: 1 };', ['ack'])]],
    [
      'a split node',
      [
        { id: 's', type: 'split', splt: ',', spltType: 'str', property: 'payload', wires: [['one']] },
        functionNode('one', 'return msg.parts.index === 0 ? msg : null;', ['ack']),
      ],
    ],
    [
      'a change node and a delay node',
      [
        { id: 'c', type: 'change', rules: [{ t: 'delete', p: '_msgid', pt: 'msg' }], wires: [['d']] },
        {
          id: 'd',
          type: 'delay',
          pauseType: 'delay',
          timeout: '1',
          timeoutUnits: 'milliseconds',
          outputs: 1,
          wires: [['ack']],
        },
      ],
    ],
    [
      'a link to another flow',
      [
        { id: 'out', type: 'link out', mode: 'link', links: ['in'], wires: [] },
        { id: 'in', type: 'link in', z: QUIET_TAB.id, links: ['out'], wires: [['ack']] },
      ],
    ],
  ] as const) {
    it(`finds the message behind ${name}`, async () => {
      await prepare();
      await bench.start([...nodes, ...acknowledgeNodes('ack')]);
      await server.send(1, 1, 'a,b');
      await server.acknowledged(1);
    });
  }

  it('acknowledges all messages that a join node has put together', async () => {
    await prepare();
    const join = {
      id: 'j',
      type: 'join',
      mode: 'custom',
      build: 'array',
      property: '',
      propertyType: 'full',
      count: '3',
    };
    const ack = acknowledgeNodes('ack', { property: 'payload' });
    await bench.start([
      { ...join, joiner: '', joinerType: 'str', accumulate: false, timeout: '', wires: [['ack']] },
      ...ack,
    ]);
    for (const id of [1, 2, 3]) await server.send(id);
    assert.deepEqual(await server.acknowledged(3), ['1', '2', '3']);
  });

  it('respects the limit of messages in the flow', async () => {
    await prepare();
    await bench.start([gateNode('work', 'ack'), ...acknowledgeNodes('ack')], { maxInFlight: 1 });
    for (const id of [1, 2]) await server.send(id);
    (await gates.at('work', 't/1')).pass();
    (await gates.at('work', 't/2')).pass();
    assert.deepEqual(await server.acknowledged(2), ['1', '2']);
  });

  describe('says why it cannot acknowledge', () => {
    it('a message that is already acknowledged', async () => {
      await prepare();
      const flow = await bench.start([
        functionNode('twice', 'return [[msg, msg]];', ['ack']),
        ...acknowledgeNodes('ack'),
      ]);
      await server.send(1);
      assert.equal((await flow.caught.next()).error.code, 'acknowledgement-unknown');
      assert.deepEqual(await server.acknowledged(1), ['1']);
    });

    it('a message with QoS 0', async () => {
      await prepare();
      const flow = await bench.start(acknowledgeNodes('ack'));
      await server.send(1, 0);
      assert.equal((await flow.caught.next()).error.code, 'acknowledgement-unknown');
    });

    it('a message without anything to acknowledge', async () => {
      await prepare();
      const flow = await bench.start(acknowledgeNodes('ack', { property: 'payload.list' }));
      await server.send(1);
      assert.equal((await flow.caught.next()).error.code, 'receipt-missing');
      flow.inject('ack', { payload: { list: [] } });
      assert.equal((await flow.caught.next()).error.code, 'receipt-missing');
      assert.deepEqual(server.answers, []);
    });

    it('a message of a connection that has ended', async () => {
      await prepare();
      const flow = await bench.start([gateNode('work', 'ack'), ...acknowledgeNodes('ack')]);
      await server.send(1);
      const held = await gates.at('work', 't/1');
      (await server.client()).socket.destroy();
      await flow.showing('sub', 'disconnected');
      held.pass();
      await flow.caught.find('acknowledgement-late', ({ error }) => error.code === 'acknowledgement-late');
    });
  });

  it('gets unacknowledged messages again when the subscribe node is restarted', async () => {
    await prepare();
    const ack = acknowledgeNodes('ack');
    const flow = await bench.start([gateNode('work', 'ack'), ...ack]);
    await server.send(1);
    const before = await gates.at('work', 't/1');
    await flow.deploy('nodes', bench.nodes([gateNode('work', 'ack'), ...ack], { name: 'renamed' }));
    const again = await gates.at('work', 't/1', 2);
    assert.equal(again.message.dup, true);
    before.pass();
    assert.equal((await flow.caught.next()).error.code, 'acknowledgement-unknown');
    assert.deepEqual(server.answers, []);
    again.pass();
    await server.acknowledged(1);
  });
});
