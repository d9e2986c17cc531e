// A subscribe node that acknowledges when the flow is done: how many messages the flow has at a time, and for how long.

import assert from 'node:assert/strict';
import { AcknowledgingFlow } from '../helpers/flows/acknowledging-flow';
import { type Gates, gateNode } from '../helpers/flows/gate-nodes';
import type { AcknowledgingServer } from '../helpers/servers/acknowledging-server';

describe('acknowledging when the flow is done', () => {
  let bench: AcknowledgingFlow;
  let server: AcknowledgingServer;
  let gates: Gates;

  beforeEach(async () => {
    bench = await AcknowledgingFlow.prepare({ acknowledge: 'completion' });
    ({ server, gates } = bench);
  });
  afterEach(() => bench.stop());

  it('hands over no more messages than allowed, except those with QoS 0', async () => {
    await bench.start([gateNode('work')], { maxInFlight: 2 });
    for (const id of [1, 2, 3]) await server.send(id);
    await server.send(9, 0);
    await gates.at('work', 't/9');
    assert.deepEqual(
      gates.held.all.map(({ message }) => message.topic),
      ['t/1', 't/2', 't/9'],
    );
    (await gates.at('work', 't/1')).end();
    (await gates.at('work', 't/3')).end();
    (await gates.at('work', 't/2')).end();
    assert.deepEqual(await server.acknowledged(3), ['1', '2', '3']);
  });

  it('shows the number of unfinished messages, and when there are none', async () => {
    const flow = await bench.start([gateNode('work')]);
    for (const id of [1, 2]) await server.send(id);
    const last = await gates.at('work', 't/2');
    await flow.statuses('sub').latest('at work', ({ text }) => text?.includes('status.at-work') === true);
    (await gates.at('work', 't/1')).end();
    last.end();
    await flow.showing('sub', 'connected');
  });

  it('refuses a message at its time limit, and reports that', async () => {
    const flow = await bench.start([gateNode('work')], { acknowledgeTimeout: 1, onError: 'refuse' });
    await server.send(1);
    const late = await gates.at('work', 't/1');
    const caught = await flow.caught.next();
    assert.deepEqual([caught.error.code, caught.error.source.id], ['flow-overdue', 'sub']);
    assert.match(caught.error.message, /errors\.flow-overdue|t\/1.*work/);
    late.end();
    assert.deepEqual(await server.acknowledged(1), ['1 131']);
  });

  it('gets a message again with dup after a lost connection, and acknowledges that one only', async () => {
    const flow = await bench.start([gateNode('work')]);
    await server.send(1);
    const lost = await gates.at('work', 't/1');
    (await server.client()).socket.destroy();
    await flow.showing('sub', 'disconnected');
    await flow.connected('sub');
    await server.send(1, 1, '1', true);
    const again = await gates.at('work', 't/1', 2);
    assert.equal(again.message.dup, true);
    lost.end();
    await server.pinged();
    assert.deepEqual(server.answers, []);
    again.end();
    assert.deepEqual(await server.acknowledged(1), ['1']);
  });
});
