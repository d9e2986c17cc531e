// What the server notices of a deploy in the editor of a real Node-RED: nothing, unless something has changed for it.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverNode, subscribeNodes } from '../../helpers/flows/flow-nodes';
import { emptyUserDir, linkPackage, NodeRedProcess, removeUserDir } from '../../helpers/flows/node-red-process';
import { ScriptedServer } from '../../helpers/servers/scripted-server';

describe('a deploy from the editor', function () {
  // A whole Node-RED has to start.
  this.timeout(300_000);
  let userDir = '';
  let server: ScriptedServer;
  let nodeRed: NodeRedProcess | undefined;
  beforeEach(async () => {
    server = await ScriptedServer.start();
    userDir = emptyUserDir();
    linkPackage(userDir);
  });
  afterEach(async () => {
    await nodeRed?.stop();
    await server.stop();
    removeUserDir(userDir);
  });

  const tab = { id: 'tab-one', type: 'tab', label: 'One' };
  const placed = (node: object | undefined, z: string): object => ({ ...node, z, x: 0, y: 0, wires: [] });

  async function start(flow: readonly object[]): Promise<void> {
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow));
    nodeRed = await NodeRedProcess.start(userDir);
  }

  async function deploy(type: 'full' | 'flows' | 'nodes', flow: readonly object[]): Promise<void> {
    const headers = { 'Node-RED-Deployment-Type': type };
    await nodeRed?.deploy(flow, headers);
  }

  const subscribed = (filter: string) => (packet: { cmd: string }) =>
    packet.cmd === 'subscribe' && JSON.stringify(packet).includes(filter);

  it('of one changed node neither cuts the connection nor sends anything for the others', async () => {
    const flow = (filter: string): object[] => [
      tab,
      serverNode('process-broker', server.port),
      placed(subscribeNodes('stays', 'process-broker', ['stays/#'])[0], tab.id),
      placed(subscribeNodes('moves', 'process-broker', [filter])[0], tab.id),
    ];
    await start(flow('before/#'));
    await server.received.find('the first subscription', subscribed('before/#'));
    let count = 2;
    for (const type of ['nodes', 'flows', 'full'] as const) {
      await deploy(type, flow(`${type}/#`));
      await server.received.find('the new subscription', subscribed(`${type}/#`));
      await server.received.find('its UNSUBSCRIBE', () => server.count('unsubscribe') === count - 1);
      assert.equal(server.count('subscribe'), ++count);
    }
    assert.equal(server.clients.all.length, 1);
    assert.equal(server.received.all.filter(subscribed('stays/#')).length, 1);
  });

  it('sends nothing for what has not changed in subflows within subflows, the broker node included', async () => {
    const flow = (filter: string): object[] => [
      tab,
      { id: 'inner', type: 'subflow', name: 'inner', in: [], out: [] },
      { id: 'outer', type: 'subflow', name: 'outer', in: [], out: [] },
      { ...serverNode('inner-broker', server.port, { cleanStart: false }), z: 'inner' },
      placed(subscribeNodes('stays', 'inner-broker', ['stays/#'])[0], 'inner'),
      placed({ id: 'in-outer', type: 'subflow:inner' }, 'outer'),
      placed({ id: 'in-tab', type: 'subflow:outer' }, tab.id),
      serverNode('tab-broker', server.port),
      placed(subscribeNodes('moves', 'tab-broker', [filter])[0], tab.id),
    ];
    await start(flow('before/#'));
    await server.received.find('the first subscription', subscribed('before/#'));
    await server.received.find('the subscription in the subflow', subscribed('stays/#'));
    for (const type of ['nodes', 'flows', 'full'] as const) {
      await deploy(type, flow(`${type}/#`));
      await server.received.find('the new subscription', subscribed(`${type}/#`));
    }
    assert.equal(server.received.all.filter(subscribed('stays/#')).length, 1);
    assert.equal(server.clients.all.length, 2);
  });
});
