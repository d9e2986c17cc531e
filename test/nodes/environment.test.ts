// Values from outside the flow: variables and secrets in the settings of the nodes, and never in messages.

import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import type { IConnectPacket, ISubscribePacket } from 'mqtt-packet';
import { type FlowNode, loadFlow, TAB, unloadFlow } from '../helpers/flows/flow-harness';
import {
  brokerNode,
  collectorNode,
  publishNodes,
  routerNodes,
  serverNode,
  subscribeNodes,
} from '../helpers/flows/flow-nodes';
import { ScriptedServer } from '../helpers/servers/scripted-server';

/** A variable as a flow, a group or a subflow defines it. */
const variable = (name: string, value: string): object => ({ name, value, type: 'str' });

describe('Variables in settings', () => {
  let server: ScriptedServer;
  const set = new Set<string>();

  function setVariables(values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values)) {
      set.add(name);
      process.env[name] = value;
    }
  }

  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
    for (const name of set) delete process.env[name];
    set.clear();
  });

  const filtersOf = async (): Promise<string[]> => {
    const packet: ISubscribePacket = await server.packet('subscribe');
    return packet.subscriptions.map(({ topic }) => topic);
  };

  it('are replaced in all settings of a broker node', async () => {
    setVariables({
      FLOWS_HOST: '127.0.0.1',
      FLOWS_PORT: String(server.port),
      FLOWS_ID: 'line-7',
      FLOWS_USER: 'u',
      P: 'w',
    });
    const servers = [{ url: 'mqtt://${FLOWS_HOST}:${FLOWS_PORT}' }];
    const flow = await loadFlow(
      [brokerNode('env-broker', { servers, clientId: 'a-${FLOWS_ID}-${P}' }), ...publishNodes('pub', 'env-broker')],
      { 'env-broker': { username: '${FLOWS_USER}ser', password: '${P}' } },
    );
    await flow.connected('pub');
    const { clientId, username, password }: IConnectPacket = await server.packet('connect');
    assert.deepEqual([clientId, username, String(password)], ['a-line-7-w', 'user', 'w']);
  });

  it('may be whole settings, which Node-RED replaces too, and numbers', async () => {
    setVariables({ FLOWS_URL: `mqtt://127.0.0.1:${server.port}`, FLOWS_ID: 'whole', FLOWS_KEEPALIVE: '17' });
    const flow = await loadFlow([
      {
        ...brokerNode('env-broker', { servers: [{ url: '${FLOWS_URL}' }], clientId: '${FLOWS_ID}' }),
        keepalive: '${FLOWS_KEEPALIVE}',
      },
      ...publishNodes('pub', 'env-broker'),
    ]);
    await flow.connected('pub');
    const { clientId, keepalive }: IConnectPacket = await server.packet('connect');
    assert.deepEqual([clientId, keepalive], ['whole', 17]);
  });

  it('are replaced in filters, topics and rules', async () => {
    setVariables({ FLOWS_SITE: 'north', FLOWS_LEVEL: '+' });
    const flow = await loadFlow([
      serverNode('env-broker', server.port),
      ...subscribeNodes('sub', 'env-broker', ['${FLOWS_SITE}/${FLOWS_LEVEL}line/#']),
      ...publishNodes('pub', 'env-broker', { topicType: 'str', topic: '${FLOWS_SITE}/{{payload}}' }),
      ...routerNodes('route', {
        rules: [{ filter: '${FLOWS_SITE}/#', topic: 'from/${FLOWS_SITE}' }],
        otherwise: false,
      }),
    ]);
    await flow.connected('sub', 'pub');
    assert.deepEqual(await filtersOf(), ['north/+/#']);
    flow.inject('pub', { payload: 'a' });
    assert.equal((await server.packet('publish')).topic, 'north/a');
    flow.inject('route', { topic: 'north/x' });
    assert.equal((await flow.received('route-out-1').next()).topic, 'from/north');
  });

  it('are kept within literal texts, and replaced if they are the whole text', async () => {
    setVariables({ FLOWS_SITE: 'north' });
    const [sub, ...rest] = subscribeNodes('sub', 'env-broker', []);
    const will = { topic: 'at/${FLOWS_SITE}', payload: '${FLOWS_SITE}', qos: 0, retain: false, properties: {} };
    const literal = (filter: string): object => ({ filter, qos: 0, literal: true });
    const subscriptions = [literal('a/${FLOWS_SITE}'), literal('${FLOWS_SITE}'), { filter: 'b/${FLOWS_SITE}', qos: 0 }];
    const flow = await loadFlow([
      serverNode('env-broker', server.port, { will: { ...will, qos: 0, literal: true } }),
      { ...sub, id: 'sub', type: 'mqtt-flows-subscribe', subscriptions },
      ...rest,
    ]);
    await flow.connected('sub');
    const subscribed = server.received.all.flatMap((packet) =>
      packet.cmd === 'subscribe' ? packet.subscriptions : [],
    );
    assert.deepEqual(subscribed.map(({ topic }) => topic).sort(), ['a/${FLOWS_SITE}', 'b/north', 'north']);
    const connect = await server.packet('connect');
    assert.deepEqual([connect.will?.topic, String(connect.will?.payload)], ['at/${FLOWS_SITE}', 'north']);
  });

  it('are looked up in the node, its group and its flow, the nearest first', async () => {
    setVariables({ FLOWS_SITE: 'process', FLOWS_LINE: 'process', FLOWS_CELL: 'process' });
    const [sub, ...rest] = subscribeNodes(
      'sub',
      'env-broker',
      ['${FLOWS_SITE}/${FLOWS_LINE}/${FLOWS_CELL}/${NR_NODE_NAME}'],
      { name: 'press' },
    );
    const flow = await loadFlow([
      { ...TAB, env: [variable('FLOWS_LINE', 'flow'), variable('FLOWS_CELL', 'flow')] },
      { id: 'env-group', type: 'group', z: TAB.id, nodes: ['sub'], env: [variable('FLOWS_CELL', 'group')] },
      serverNode('env-broker', server.port),
      { ...sub, id: 'sub', type: 'mqtt-flows-subscribe', g: 'env-group' },
      ...rest,
    ]);
    await flow.connected('sub');
    assert.deepEqual(await filtersOf(), ['process/flow/group/press']);
  });

  it('are looked up in a subflow and its instance, for the broker node in it as well', async () => {
    // Node-RED takes a node without a place on the canvas for a configuration node.
    const place = { x: 0, y: 0 };
    const inSubflow = (node: FlowNode): FlowNode => ({ ...node, z: 'env-subflow' });
    const [sub] = subscribeNodes('inner-sub', 'inner-broker', ['${FLOWS_SITE}/${FLOWS_LINE}']);
    assert.ok(sub);
    const flow = await loadFlow(
      [
        {
          id: 'env-subflow',
          type: 'subflow',
          name: 'Line',
          in: [],
          out: [{ wires: [{ id: 'inner-sub', port: 0 }] }],
          env: [variable('FLOWS_SITE', 'subflow'), variable('FLOWS_LINE', 'subflow'), variable('FLOWS_WORD', 'sub')],
        },
        inSubflow(serverNode('inner-broker', server.port, { clientId: '${FLOWS_LINE}' })),
        inSubflow({ ...sub, ...place }),
        {
          id: 'env-instance',
          type: 'subflow:env-subflow',
          ...place,
          env: [variable('FLOWS_LINE', 'instance')],
          wires: [['instance-out']],
        },
        collectorNode('instance-out'),
      ],
      { 'inner-broker': { username: 'u', password: '${FLOWS_WORD}-${FLOWS_LINE}' } },
    );
    assert.deepEqual(await filtersOf(), ['subflow/instance']);
    const { clientId, password }: IConnectPacket = await server.packet('connect');
    assert.deepEqual([clientId, String(password)], ['instance', 'sub-instance']);
    server.clients.all[0]?.send({
      cmd: 'publish',
      topic: 'subflow/instance',
      payload: 'x',
      qos: 0,
      dup: false,
      retain: false,
    });
    assert.equal((await flow.received('instance-out').next()).payload, 'x');
  });

  it('may be empty, which differs from missing', async () => {
    setVariables({ FLOWS_EMPTY: '' });
    const flow = await loadFlow([
      serverNode('env-broker', server.port),
      ...subscribeNodes('sub', 'env-broker', ['a${FLOWS_EMPTY}/b']),
    ]);
    await flow.connected('sub');
    assert.deepEqual(await filtersOf(), ['a/b']);
  });

  it('are not replaced within their values', async () => {
    setVariables({ FLOWS_WORD: 'pa${ss}word' });
    const flow = await loadFlow([serverNode('env-broker', server.port), ...publishNodes('pub', 'env-broker')], {
      'env-broker': { username: 'u', password: '${FLOWS_WORD}' },
    });
    await flow.connected('pub');
    const { password }: IConnectPacket = await server.packet('connect');
    assert.equal(String(password), 'pa${ss}word');
  });

  const missing: Readonly<Record<string, () => FlowNode[]>> = {
    'the address of a broker node': () => [
      brokerNode('bad', { servers: [{ url: 'mqtt://a.${FLOWS_MISSING}' }] }),
      ...publishNodes('pub', 'bad'),
    ],
    'a whole client identifier': () => [
      serverNode('bad', server.port, { clientId: '${FLOWS_MISSING}' }),
      ...publishNodes('pub', 'bad'),
    ],
    'a filter': () => [serverNode('good', server.port), ...subscribeNodes('bad', 'good', ['a/${FLOWS_MISSING}'])],
    'a topic': () => [
      serverNode('good', server.port),
      ...publishNodes('bad', 'good', { topicType: 'str', topic: '${FLOWS_MISSING}' }),
    ],
    'a rule': () => routerNodes('bad', { rules: [{ filter: '${FLOWS_MISSING}/#', topic: '' }] }),
  };
  for (const [what, nodes] of Object.entries(missing)) {
    it(`that are not set are an error with their name: ${what}`, async () => {
      const flow = await loadFlow(nodes());
      await flow.showing('bad', 'environment-missing');
      const { error } = await flow.caught.next();
      assert.equal(error.code, 'environment-missing');
      assert.deepEqual(flow.caughtCodes, ['environment-missing']);
    });
  }

  it('that are not set in a password are a failed attempt, until they are', async () => {
    const flow = await loadFlow([serverNode('env-broker', server.port), ...publishNodes('pub', 'env-broker')], {
      'env-broker': { username: 'u', password: 'x-${FLOWS_LATE}' },
    });
    await flow.showing('pub', 'environment-missing');
    assert.equal((await flow.caught.next()).error.code, 'environment-missing');
    assert.equal(server.count('connect'), 0);
    setVariables({ FLOWS_LATE: 'word' });
    await flow.connected('pub');
    const { password }: IConnectPacket = await server.packet('connect');
    assert.equal(String(password), 'x-word');
    assert.equal(flow.caught.all.length, 1);
  });

  it('are read for the client identifier and the host name at each attempt', async () => {
    setVariables({ FLOWS_ID: 'one' });
    const flow = await loadFlow([
      serverNode('env-broker', server.port, { clientId: '${FLOWS_ID}-{{hostname}}' }),
      ...publishNodes('pub', 'env-broker'),
    ]);
    await flow.connected('pub');
    setVariables({ FLOWS_ID: 'two' });
    server.clients.all[0]?.socket.destroy();
    await server.clients.first(2);
    const identifiers = (): string[] =>
      server.received.all.flatMap((packet) => (packet.cmd === 'connect' ? [packet.clientId] : []));
    await server.received.find('the second connect', () => identifiers().length === 2);
    assert.deepEqual(identifiers(), [`one-${hostname()}`, `two-${hostname()}`]);
  });

  it('are not replaced in messages', async () => {
    setVariables({ MQTT_PASSWORD: 'known-to-nobody' });
    const flow = await loadFlow([
      serverNode('env-broker', server.port, { protocolVersion: 5 }),
      ...publishNodes('pub', 'env-broker'),
      ...publishNodes('template', 'env-broker', { topicType: 'str', topic: 'a/{{payload}}' }),
      ...routerNodes('route', { rules: [{ filter: '#', topic: 'x/{{payload}}' }], otherwise: false }),
    ]);
    await flow.connected('pub', 'template');
    const secret = '${MQTT_PASSWORD}';
    flow.inject('pub', { topic: secret, payload: secret, responseTopic: secret, userProperties: { [secret]: secret } });
    flow.inject('template', { payload: secret });
    flow.inject('route', { topic: `a/${secret}`, payload: secret });
    await flow.received('pub-out').next();
    await flow.received('template-out').next();
    await server.received.find('the second publication', () => server.count('publish') === 2);
    const published = server.received.all.filter(({ cmd }) => cmd === 'publish');
    const routed = await flow.received('route-out-1').next();
    assert.deepEqual([routed.topic, routed.originalTopic], [`x/${secret}`, `a/${secret}`]);
    for (const packet of published) {
      if (packet.cmd !== 'publish') continue;
      assert.match(packet.topic, /\$\{MQTT_PASSWORD\}/);
      assert.equal(String(packet.payload), secret);
    }
    assert.equal(JSON.stringify(server.received.all).includes('known-to-nobody'), false);
    assert.equal(flow.everythingTold().includes('known-to-nobody'), false);
  });
});
