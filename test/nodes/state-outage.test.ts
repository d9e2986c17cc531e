// A topic state node whose server is out of reach for a while, or starts again.

import assert from 'node:assert/strict';
import { type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, type StateSetup, serverNode, stateNodes, unique } from '../helpers/flows/flow-nodes';
import { shownChange, stateListens } from '../helpers/flows/state-flow';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';
import { TcpProxy } from '../helpers/servers/tcp-proxy';

for (const protocolVersion of [5, 4] as const) {
  describe(`A topic state node in an outage (mosquitto, MQTT ${protocolVersion})`, () => {
    let mosquitto: Mosquitto;
    let proxy: TcpProxy;
    let base: string;
    before(async function () {
      needsMosquitto(this);
      mosquitto = await Mosquitto.start();
      proxy = await TcpProxy.start(mosquitto.port);
    });
    beforeEach(() => {
      base = unique('room');
    });
    afterEach(async () => {
      await unloadFlow();
      await proxy.accept();
    });
    after(async () => {
      await proxy?.stop();
      await mosquitto?.stop();
    });

    /** A state node `state` that reaches the server by the proxy, and a publisher `device` that reaches it always. */
    function nodes(settings: StateSetup = {}): FlowNode[] {
      const subscriptions = [{ filter: `${base}/+`, silence: 'time', silentAfter: 600 } as const];
      return [
        serverNode('broker', proxy.port, { protocolVersion }),
        serverNode('device-broker', mosquitto.port, { protocolVersion }),
        // The first messages may come while the server could still send what it has retained.
        ...stateNodes('state', { broker: 'broker', subscriptions, firstRetained: true, ...settings }),
        ...publishNodes('device', 'device-broker', { qos: '1', retain: 'true' }),
      ];
    }

    async function load(): Promise<Flow> {
      const flow = await loadFlow(nodes());
      await flow.connected('device');
      await stateListens(flow);
      return flow;
    }

    it('says once that the connection is gone, and takes for changes what has changed, not what is retained', async () => {
      const flow = await load();
      const changes = flow.received('state-out-1');
      const silence = flow.received('state-out-2');
      for (const payload of [20, 21]) flow.inject('device', { topic: `${base}/hall`, payload });
      flow.inject('device', { topic: `${base}/attic`, payload: 5 });
      for (let i = 0; i < 3; i++) await changes.next();
      await proxy.refuse();
      const lost = await silence.next();
      assert.deepEqual([lost.connected, typeof lost.reason, lost.topic], [false, 'string', undefined]);
      flow.inject('device', { topic: `${base}/attic`, payload: 6 });
      await flow.received('device-out').first(4);
      await proxy.accept();
      const back = await silence.next();
      assert.deepEqual([back.connected, back.topic], [true, undefined]);
      assert.deepEqual(shownChange(await changes.next()), [`${base}/attic`, 6, 5]);
      flow.inject('device', { topic: `${base}/hall`, payload: 22 });
      assert.deepEqual(shownChange(await changes.next()), [`${base}/hall`, 22, 21]);
      assert.deepEqual([changes.all.length, silence.all.length], [5, 2]);
    });

    it('says it once, whatever is deployed meanwhile', async () => {
      const flow = await load();
      const silence = flow.received('state-out-2');
      await proxy.refuse();
      assert.equal((await silence.next()).connected, false);
      const shown = flow.statuses('state').all.length;
      await flow.deploy('nodes', nodes({ first: false }));
      // The next instance has seen that there is no connection.
      await flow.statuses('state').first(shown + 1);
      await flow.statuses('state').latest('no connection', ({ fill }) => fill === 'red');
      await proxy.accept();
      assert.equal((await silence.next()).connected, true);
      assert.equal(silence.all.length, 2);
    });

    it('takes what a restarted server has retained for no change', async () => {
      const flow = await load();
      const changes = flow.received('state-out-1');
      const silence = flow.received('state-out-2');
      flow.inject('device', { topic: `${base}/hall`, payload: 20 });
      assert.deepEqual(shownChange(await changes.next()), [`${base}/hall`, 20]);
      await proxy.refuse();
      await silence.next();
      await mosquitto.restart();
      // It keeps nothing, so the device tells it again, before the node comes back.
      flow.inject('device', { topic: `${base}/hall`, payload: 20 });
      await flow.received('device-out').first(2);
      await proxy.accept();
      assert.equal((await silence.next()).connected, true);
      flow.inject('device', { topic: `${base}/hall`, payload: 21 });
      assert.deepEqual(shownChange(await changes.next()), [`${base}/hall`, 21, 20]);
      assert.equal(changes.all.length, 2);
    });
  });
}
