// A broker node in a subflow that a package brings (RED.nodes.registerSubflow): its settings are in no flow file.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageDefaults } from '#src/settings/broker.session.config';
import { publishNodes, serverNode, subscribeNodes } from '../../helpers/flows/flow-nodes';
import { emptyUserDir, linkPackage, NodeRedProcess, removeUserDir } from '../../helpers/flows/node-red-process';
import { ScriptedServer } from '../../helpers/servers/scripted-server';

const MODULE = 'node-red-contrib-plant-subflow';

/** Installs a package in `userDir` that registers a subflow with `flow` as its template, as Node-RED's guide has it. */
function installSubflow(userDir: string, flow: readonly object[]): void {
  const folder = join(userDir, 'node_modules', MODULE);
  mkdirSync(folder, { recursive: true });
  const manifest = { name: MODULE, version: '1.0.0', 'node-red': { nodes: { plant: 'plant.js' } } };
  const subflow = {
    id: 'template',
    type: 'subflow',
    name: 'plant',
    meta: { type: 'plant', module: MODULE },
    in: [{ x: 0, y: 0, wires: [{ id: 'pub' }] }],
    out: [],
    env: [
      { name: 'LINE', type: 'str', value: 'none' },
      { name: 'CLIENT', type: 'str', value: 'none' },
    ],
    flow,
  };
  const script = `module.exports = (RED) => RED.nodes.registerSubflow(${JSON.stringify(subflow)});`;
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'plant.js'), script);
  const file = join(userDir, 'package.json');
  const own = JSON.parse(readFileSync(file, 'utf8')) as { dependencies: Record<string, string> };
  own.dependencies[MODULE] = '1.0.0';
  writeFileSync(file, JSON.stringify(own));
}

describe('A broker node in a subflow from a module', function () {
  // A whole Node-RED has to start.
  this.timeout(300_000);
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(() => server.stop());

  it('has the client identifier and the settings of its template, with the variables of each instance', async () => {
    const userDir = emptyUserDir();
    linkPackage(userDir);
    const place = { z: 'template', x: 0, y: 0 };
    const broker = (id: string, clientId: string): object => ({
      ...serverNode(id, server.port, {
        protocolVersion: 5,
        clientId,
        keepalive: 17,
        will: { ...messageDefaults, topic: `\${LINE}/will`, payload: 'gone' },
      }),
      z: 'template',
    });
    installSubflow(userDir, [
      broker('broker', `plant-\${LINE}`),
      broker('other', `\${CLIENT}`),
      ...publishNodes('pub', 'broker')
        .slice(0, 1)
        .map((node) => ({ ...node, ...place, wires: [[]] })),
      ...subscribeNodes('sub', 'other', [`\${LINE}/orders`])
        .slice(0, 1)
        .map((node) => ({ ...node, ...place, wires: [[]] })),
    ]);
    const instance = (id: string, line: string): object => ({
      id,
      type: 'plant',
      z: 'tab',
      x: 0,
      y: 0,
      name: '',
      LINE: line,
      CLIENT: `client-${line}`,
      wires: [],
    });
    const flow = [{ id: 'tab', type: 'tab' }, instance('one', 'a'), instance('two', 'b')];
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow));
    const nodeRed = await NodeRedProcess.start(userDir);
    try {
      const connects = async (count: number): Promise<string[]> => {
        const all = (): string[] =>
          server.received.all.flatMap((packet) =>
            packet.cmd === 'connect' ? [`${packet.clientId} ${packet.keepalive} ${packet.will?.topic}`] : [],
          );
        await server.received.find('CONNECT', () => all().length >= count);
        return all().sort();
      };
      const expected = ['client-a 17 a/will', 'client-b 17 b/will', 'plant-a 17 a/will', 'plant-b 17 b/will'];
      assert.deepEqual(await connects(4), expected);
      const filters = (): string[] =>
        server.received.all.flatMap((packet) =>
          packet.cmd === 'subscribe' ? packet.subscriptions.map(({ topic }) => topic) : [],
        );
      await server.received.find('SUBSCRIBE', () => filters().length >= 2);
      assert.deepEqual(filters().sort(), ['a/orders', 'b/orders']);
      // A changed variable of an instance is another client identifier: the connection is a new one after a deploy.
      await nodeRed.deploy([{ id: 'tab', type: 'tab' }, instance('one', 'c'), instance('two', 'b')]);
      const after = await connects(6);
      assert.ok(after.includes('plant-c 17 c/will') && after.includes('client-c 17 c/will'), after.join());
    } finally {
      await nodeRed.stop();
      removeUserDir(userDir);
    }
  });
});
