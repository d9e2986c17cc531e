// A subscribe node that acknowledges when the flow is done, and a flow that fails: with a Catch node, and without one.

import assert from 'node:assert/strict';
import { AcknowledgingFlow, QUIET_TAB } from '../helpers/flows/acknowledging-flow';
import type { FlowNode } from '../helpers/flows/flow-harness';
import { collectorNode } from '../helpers/flows/flow-nodes';
import { functionNode } from '../helpers/flows/function-node';
import { type Gates, gateNode } from '../helpers/flows/gate-nodes';
import type { AcknowledgingServer } from '../helpers/servers/acknowledging-server';

/** `nodes` in a tab without a Catch node. */
const quiet = (nodes: readonly FlowNode[]): FlowNode[] => nodes.map((node) => ({ ...node, z: QUIET_TAB.id }));

describe('acknowledging when the flow is done', () => {
  let bench: AcknowledgingFlow;
  let server: AcknowledgingServer;
  let gates: Gates;

  beforeEach(async () => {
    bench = await AcknowledgingFlow.prepare({ acknowledge: 'completion' });
    ({ server, gates } = bench);
  });
  afterEach(() => bench.stop());

  it('waits for the branch of the Catch node that takes an error', async () => {
    const flow = await bench.start([gateNode('fails')]);
    await server.send(1);
    (await gates.at('fails', 't/1')).end(new Error('broken'));
    await flow.caught.next();
    await server.acknowledged(1);
  });

  it('waits for the branch of the Catch node that takes a thrown error, and no longer', async () => {
    const flow = await bench.start([{ id: 'throws', type: 'test-throwing-node', wires: [] }]);
    await server.send(1);
    const { error } = await flow.caught.next();
    assert.deepEqual([error.message, error.source.id], ['Error: unforeseen', 'throws']);
    await server.acknowledged(1);
  });

  it('waits for a node that continues after an error', async () => {
    const flow = await bench.start([{ id: 'complains', type: 'test-complaining-node', wires: [] }]);
    await server.send(1);
    await flow.caught.next();
    const held = await gates.at('complains', 't/1');
    await server.pinged();
    assert.deepEqual(server.answers, []);
    held.end();
    await server.acknowledged(1);
  });

  describe('and the flow ends with an error that is not caught', () => {
    it('leaves the message unacknowledged, and continues with the others', async () => {
      await bench.start(quiet([gateNode('fails')]));
      await server.send(1);
      await server.send(2);
      (await gates.at('fails', 't/1')).end(new Error('broken'));
      (await gates.at('fails', 't/2')).end();
      assert.deepEqual(await server.acknowledged(1), ['2']);
    });

    it('shows that there are such messages until the connection ends', async () => {
      const flow = await bench.start(quiet([gateNode('fails')]));
      await server.send(1);
      (await gates.at('fails', 't/1')).end(new Error('broken'));
      await flow.statuses('sub').latest('failed', ({ text }) => text?.includes('status.failed') === true);
      (await server.client()).socket.destroy();
      await flow.showing('sub', 'connected');
    });

    it('warns once that failures may fill the window of the server, and shows it in the status', async () => {
      const flow = await bench.start([
        { id: 'out', type: 'link out', mode: 'link', links: ['in'], wires: [] },
        ...quiet([{ id: 'in', type: 'link in', links: ['out'], wires: [['fails']] }, gateNode('fails')]),
      ]);
      for (let id = 1; id <= 11; id++) {
        await server.send(id);
        (await gates.at('fails', `t/${id}`)).end(new Error('broken'));
      }
      const { error } = await flow.caught.next();
      assert.deepEqual([error.code, error.source.id], ['failures-fill-window', 'sub']);
      await flow.statuses('sub').latest('stuck', ({ text }) => text?.includes('status.stuck') === true);
      assert.equal(flow.caught.all.length, 1);
      (await server.client()).socket.destroy();
      await flow.showing('sub', 'connected');
    });

    it('refuses the message, if so configured', async () => {
      await bench.start(quiet([gateNode('fails')]), { onError: 'refuse' });
      await server.send(1);
      (await gates.at('fails', 't/1')).end(new Error('broken'));
      assert.deepEqual(await server.acknowledged(1), ['1 131']);
    });

    for (const [name, code] of [
      ['reported by node.error()', 'node.error("broken", msg); return null;'],
      ['thrown', 'throw new Error("broken");'],
      ['reported later', 'setTimeout(() => { node.error("broken", msg); node.done(); }, 1);'],
    ] as const) {
      it(`counts one that is ${name}`, async () => {
        await bench.start(quiet([functionNode('fails', code, [])]), { onError: 'refuse' });
        await server.send(1);
        assert.deepEqual(await server.acknowledged(1), ['1 131']);
      });
    }

    it('counts a payload that cannot be read', async () => {
      await bench.start(quiet([collectorNode('out')]), { onError: 'refuse', format: 'json' });
      await server.send(1, 1, '{');
      assert.deepEqual(await server.acknowledged(1), ['1 131']);
    });
  });
});
