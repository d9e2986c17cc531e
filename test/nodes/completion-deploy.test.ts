// A subscribe node that acknowledges when the flow is done, and a deploy while the flow has messages.

import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { AcknowledgingFlow, QUIET_TAB } from '../helpers/flows/acknowledging-flow';
import { type Flow, type FlowNode, loadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes } from '../helpers/flows/flow-nodes';
import { type Gates, gateNode } from '../helpers/flows/gate-nodes';
import { Inbox } from '../helpers/flows/inbox';
import { CLOSING_TIMES, SlowClosing, slowClosingNode } from '../helpers/flows/slow-closing-node';
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

  describe('during a deploy', () => {
    it('keeps waiting for a message at a node that is not restarted', async () => {
      const flow = await bench.start([gateNode('work')]);
      await server.send(1);
      const held = await gates.at('work', 't/1');
      await flow.deploy('nodes', bench.nodes([gateNode('work')], { name: 'renamed' }));
      await server.pinged();
      assert.deepEqual(server.answers, []);
      held.end();
      await server.acknowledged(1);
      assert.equal(gates.held.all.length, 1);
    });

    it('shows what the flow still has when the node is replaced', async () => {
      const flow = await bench.start([gateNode('work')]);
      await server.send(1);
      const held = await gates.at('work', 't/1');
      await flow.deploy('nodes', bench.nodes([gateNode('work')], { name: 'renamed' }));
      await flow.showing('sub', 'at-work');
      held.end();
      await flow.connected('sub');
    });

    it('delivers a message again that was held by a stopped node', async () => {
      const flow = await bench.start([gateNode('work')]);
      await server.send(1);
      await server.send(2);
      await gates.at('work', 't/2');
      await flow.deploy('nodes', bench.nodes([{ ...gateNode('work'), name: 'renamed' }]));
      const again = await gates.at('work', 't/1', 2);
      assert.equal(again.message.dup, true);
      again.end();
      (await gates.at('work', 't/2', 2)).end();
      assert.deepEqual(await server.acknowledged(2), ['1', '2']);
    });

    it('delivers again with the settings of the filter, by its output', async () => {
      const settings = { outputEach: true };
      const flow = await bench.start([gateNode('work')], settings, { format: 'string' });
      await server.send(1, 1, '12');
      await gates.at('work', 't/1');
      const changed = bench.nodes([gateNode('work')], { ...settings, name: 'renamed' }, { format: 'string' });
      await flow.deploy('full', changed);
      const again = await gates.at('work', 't/1', 2);
      assert.equal(again.message.payload, '12');
      again.end();
      assert.deepEqual(await server.acknowledged(1), ['1']);
    });

    for (const time of CLOSING_TIMES) {
      it(`delivers again once, to the next instance, when another node closes slowly (${time})`, async () => {
        const slow = new SlowClosing();
        const all = [slowClosingNode, ...bench.nodes([gateNode('work')])];
        const flow = await loadFlow(all, {}, slow.register, gates.register);
        await flow.connected('sub');
        await server.send(1);
        await gates.at('work', 't/1');
        await slow.during(time, () => flow.deploy('full', all));
        (await gates.at('work', 't/1', 2)).end();
        assert.deepEqual(await server.acknowledged(1), ['1']);
        assert.equal(gates.held.all.length, 2);
      });
    }

    it('acknowledges a message whose publication the server has, before the connection is replaced', async () => {
      const [publish] = publishNodes('work', bench.broker, { qos: 1, topicType: 'str', topic: 'out' });
      assert.ok(publish);
      const work = { ...publish, z: QUIET_TAB.id, wires: [[]] };
      const publications = new Inbox<number>('publications at the server');
      server.script = { publish: (_client, { messageId = 0 }) => publications.push(messageId) };
      let events = new EventEmitter();
      const flow = await loadFlow(bench.nodes([work]), {}, (RED) => {
        events = RED.events;
      });
      await flow.connected('sub');
      await server.send(1);
      const messageId = await publications.next();
      const client = await server.client();
      const [, ...others] = bench.nodes([work]);
      const stopping = once(events, 'flows:stopping');
      const deployed = flow.deploy('full', [serverNode(bench.broker, server.port, { keepalive: 2 }), ...others]);
      await stopping;
      // All nodes begin to close in this turn of the event loop. The connection waits a moment for what is in flight.
      await setImmediate();
      client.send({ cmd: 'puback', messageId });
      await deployed;
      assert.deepEqual(await server.acknowledged(1), ['1']);
    });

    describe('when a publication fails whose publish node was replaced', () => {
      const publishing = (place: object): FlowNode => {
        const [publish] = publishNodes('work', bench.broker, { qos: 1, topicType: 'str', topic: 'out' });
        assert.ok(publish);
        return { ...publish, ...place, wires: [[]] };
      };

      async function replaced(work: FlowNode): Promise<Flow> {
        const sent = new Promise<number>((resolve) => {
          server.script = { publish: (_client, { messageId = 0 }) => resolve(messageId) };
        });
        const settings = { onError: 'refuse' } as const;
        const flow = await bench.start([work], settings);
        await server.send(1);
        const messageId = await sent;
        await flow.deploy('nodes', bench.nodes([{ ...work, name: 'renamed' }], settings));
        (await server.client()).send({ cmd: 'puback', messageId, reasonCode: 0x87 });
        return flow;
      }

      it('is done with the message when a Catch node takes the error', async () => {
        const flow = await replaced(publishing({}));
        assert.equal((await flow.caught.next()).error.code, 'publication-refused');
        assert.deepEqual(await server.acknowledged(1), ['1']);
      });

      it('treats the message as failed when none does', async () => {
        const flow = await replaced(publishing({ z: QUIET_TAB.id }));
        assert.deepEqual(await server.acknowledged(1), ['1 131']);
        assert.equal(flow.errorsLogged('work').length, 1);
      });
    });

    it('delivers all messages again when all nodes are replaced, even those in a delay node', async () => {
      const delay = { id: 'd', type: 'delay', pauseType: 'delay', timeout: '60', timeoutUnits: 'seconds', outputs: 1 };
      const flow = await bench.start([{ ...delay, wires: [['work']] }, gateNode('work')]);
      await server.send(1);
      await server.pinged();
      await flow.deploy('full', bench.nodes([gateNode('work')]));
      const again = await gates.at('work', 't/1');
      assert.equal(again.message.dup, true);
      assert.deepEqual(server.answers, []);
      again.end();
      await server.acknowledged(1);
    });

    it('unsubscribes when the node is deleted', async () => {
      const flow = await bench.start([gateNode('work')]);
      await server.send(1);
      await gates.at('work', 't/1');
      const other = subscribeNodes('other', bench.broker, ['other']);
      await flow.deploy('full', [serverNode(bench.broker, server.port, { keepalive: 1 }), ...other]);
      await server.acknowledged(1);
    });
  });
});
