// Subscriptions added by messages, over a restart of a real Node-RED.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverNode, subscribeNodes } from '../../helpers/flows/flow-nodes';
import { emptyUserDir, linkPackage, NodeRedProcess, removeUserDir } from '../../helpers/flows/node-red-process';
import { type ScriptedClient, ScriptedServer } from '../../helpers/servers/scripted-server';

describe('Messages that subscribe, at a server that refuses or is silent', function () {
  // A whole Node-RED has to start.
  this.timeout(300_000);
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start({
      subscribe(client: ScriptedClient, { subscriptions, messageId = 0 }) {
        const granted = subscriptions.map(({ topic, qos }) =>
          topic.startsWith('forbidden') ? 0x87 : Math.min(qos, 1),
        );
        client.send({ cmd: 'suback', messageId, granted });
      },
    });
  });
  afterEach(() => server.stop());

  it('are remembered over a restart, if the node is set so and its context is in a file', async () => {
    const userDir = emptyUserDir();
    linkPackage(userDir);
    const context = "contextStorage: { default: { module: 'localfilesystem', config: { cache: false } } },";
    const place = { z: 'tab', x: 0, y: 0 };
    const props = [
      { p: 'action', v: 'subscribe', vt: 'str' },
      { p: 'topic', v: '["kept", "forbidden"]', vt: 'json' },
    ];
    const inject = {
      ...place,
      id: 'once',
      type: 'inject',
      props,
      repeat: '',
      once: true,
      wires: [['keeps', 'forgets']],
    };
    const subscribing = ['keeps', 'forgets'].flatMap((id) => {
      const own = { inputs: 1, keepSubscriptions: id === 'keeps' } as const;
      const [node] = subscribeNodes(id, 'broker', [`${id}/fixed`], own);
      return node ? [{ ...node, ...place, wires: [] }] : [];
    });
    const flow = [
      { id: 'tab', type: 'tab' },
      serverNode('broker', server.port, { protocolVersion: 5 }),
      ...subscribing,
    ];
    const subscribed = (): string[] =>
      server.received.all
        .flatMap((packet) => (packet.cmd === 'subscribe' ? packet.subscriptions : []))
        .map(({ topic }) => topic);
    try {
      writeFileSync(join(userDir, 'flows.json'), JSON.stringify([...flow, inject]));
      const first = await NodeRedProcess.start(userDir, context);
      await server.received.find('SUBSCRIBE', () => subscribed().includes('forbidden'));
      await first.stop();
      const before = subscribed().length;
      writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow));
      const second = await NodeRedProcess.start(userDir, context);
      await server.received.find('SUBSCRIBE', () => subscribed().length >= before + 3);
      await second.stop();
      assert.deepEqual(subscribed().slice(before).sort(), ['forgets/fixed', 'keeps/fixed', 'kept']);
    } finally {
      removeUserDir(userDir);
    }
  });
});
