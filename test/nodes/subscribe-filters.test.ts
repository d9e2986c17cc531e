// Filters of a subscribe node that come from contexts, variables and expressions: at the start, and again by the action
// refresh.

import assert from 'node:assert/strict';
import type { SubscribeConfig, SubscriptionConfig } from '#src/settings/subscribe.config';
import { type Flow, type FlowNode, loadFlow, TAB, unloadFlow } from '../helpers/flows/flow-harness';
import { collectorNode, publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { onEachServer } from '../helpers/flows/servers';
import { UserDirectory } from '../helpers/flows/user-directory';
import { ScriptedServer } from '../helpers/servers/scripted-server';

const template = (filter: string): Partial<SubscriptionConfig> => ({ filter, filterType: 'template' });
const expression = (filter: string): Partial<SubscriptionConfig> => ({ filter, filterType: 'jsonata' });

onEachServer('Filters from outside the settings', (server) => {
  type Row = string | Partial<SubscriptionConfig>;

  function nodes(broker: string, rows: readonly Row[], settings: Partial<SubscribeConfig> = {}): FlowNode[] {
    return [
      { ...TAB, env: [{ name: 'SITE', value: 'plant', type: 'str' }] },
      server.broker(broker),
      ...subscribeNodes('sub', broker, rows, { inputs: 1, ...settings }),
      ...publishNodes('pub', broker, { qos: 1 }),
    ];
  }

  /** A flow whose nodes have started, and whose contexts have `values` at the next refresh. */
  async function load(
    rows: readonly Row[],
    values: Readonly<Record<string, unknown>>,
    settings: Partial<SubscribeConfig> = {},
  ): Promise<Flow> {
    const flow = await loadFlow(nodes(unique('filters'), rows, settings));
    await flow.connected('pub');
    for (const [key, value] of Object.entries(values)) flow.context('sub', 'flow').set(key, value);
    return flow;
  }

  let refreshes = 0;
  async function refreshed(flow: Flow): Promise<unknown> {
    const number = ++refreshes;
    flow.inject('sub', { action: 'refresh', number });
    return (await flow.completed.find('the refresh', (message) => message.number === number)).filters;
  }

  const publish = (flow: Flow, topic: string): void => flow.inject('pub', { topic, payload: topic });

  it('are filled in when the node starts, from variables and expressions', async () => {
    const base = unique('t');
    const flow = await load(
      [template(`${base}/{{env.SITE}}/+line`), expression(`'${base}/' & $env('SITE') & '/x/#rest'`)],
      {},
    );
    const status = await flow.statuses('sub').latest('its filters', ({ fill }) => fill === 'green');
    assert.match(String(status.text), new RegExp(`^${base}/plant`));
    publish(flow, `${base}/plant/a`);
    publish(flow, `${base}/plant/x/1/2`);
    const [line, rest] = await flow.received('sub-out').first(2);
    assert.deepEqual([line?.params, rest?.params], [{ line: 'a' }, { rest: '1/2' }]);
  });

  it('are those of before after a deploy of the node, and follow the context then', async () => {
    const base = unique('t');
    const broker = unique('filters');
    const rows = [template(`${base}/{{flow.id}}/#`)];
    const flow = await loadFlow(nodes(broker, rows));
    await flow.connected('pub');
    flow.context('sub', 'flow').set('id', 'a');
    assert.deepEqual(await refreshed(flow), [`${base}/a/#`]);
    flow.context('sub', 'flow').set('id', 'b');
    await flow.deploy('nodes', nodes(broker, rows, { name: 'changed' }));
    await flow.statuses('sub').latest('the new filter', ({ text }) => text === `${base}/b/#`.slice(0, 40));
    publish(flow, `${base}/a/1`);
    publish(flow, `${base}/b/1`);
    assert.equal((await flow.received('sub-out').next()).topic, `${base}/b/1`);
  });

  it('a value that is missing is an error that names it; the status says so, and other rows are subscribed', async () => {
    const base = unique('t');
    const flow = await load([template(`${base}/{{flow.id}}`), `${base}/fixed`], {});
    const { error } = await flow.caught.next();
    assert.equal(error.code, 'filter-missing');
    const red = await flow.statuses('sub').latest('the value', ({ fill, shape }) => fill === 'red' && shape === 'dot');
    assert.match(String(red.text), /^flow\.id /);
    publish(flow, `${base}/fixed`);
    assert.equal((await flow.received('sub-out').next()).topic, `${base}/fixed`);
  });

  it('refresh subscribes to the new filter and leaves the old one', async () => {
    const base = unique('t');
    const flow = await load([template(`${base}/{{flow.id}}/+n`), `${base}/always`], { id: 'a' });
    assert.deepEqual(await refreshed(flow), [`${base}/a/+n`, `${base}/always`]);
    publish(flow, `${base}/a/1`);
    assert.equal((await flow.received('sub-out').next()).topic, `${base}/a/1`);
    flow.context('sub', 'flow').set('id', 'b');
    assert.deepEqual(await refreshed(flow), [`${base}/b/+n`, `${base}/always`]);
    for (const topic of ['a/2', 'b/2', 'always']) publish(flow, `${base}/${topic}`);
    const received = await flow.received('sub-out').first(3);
    assert.deepEqual(
      received.map(({ topic, params }) => [topic, params]),
      [
        [`${base}/a/1`, { n: '1' }],
        [`${base}/b/2`, { n: '2' }],
        [`${base}/always`, undefined],
      ],
    );
  });

  it('refresh fails with what is wrong, and leaves what no value allows any more', async () => {
    const base = unique('t');
    const flow = await load([template(`${base}/{{flow.id}}`), template(`${base}/x/{{flow.other}}`)], {
      id: 'a',
      other: 'o',
    });
    await refreshed(flow);
    flow.context('sub', 'flow').set('id', '#');
    flow.context('sub', 'flow').set('other', 'p');
    flow.inject('sub', { action: 'refresh' });
    const { error } = await flow.caught.find('the refusal', (message) => message.action === 'refresh');
    assert.equal(error.code, 'filter-invalid');
    for (const topic of ['a', 'x/o', 'x/p']) publish(flow, `${base}/${topic}`);
    assert.equal((await flow.received('sub-out').next()).topic, `${base}/x/p`);
  });

  it('beside what messages subscribe to, which a refresh leaves alone', async () => {
    const base = unique('t');
    const flow = await load([template(`${base}/{{flow.id}}`)], { id: 'a' });
    flow.inject('sub', { action: 'subscribe', topic: `${base}/asked` });
    await flow.completed.next();
    assert.deepEqual(await refreshed(flow), [`${base}/a`]);
    for (const topic of ['asked', 'a']) publish(flow, `${base}/${topic}`);
    await flow.received('sub-out').first(2);
    flow.inject('sub', { action: 'getSubscriptions' });
    const list = await flow.received('sub-out').find('the list', ({ topic }) => topic === 'subscriptions');
    assert.deepEqual(
      (list.payload as { topic: string }[]).map(({ topic }) => topic),
      [`${base}/asked`],
    );
  });

  it('keep the outputs of their rows', async () => {
    const base = unique('t');
    const broker = unique('filters');
    const rows = [template(`${base}/{{flow.id}}`), `${base}/fixed`];
    const [broken, , sub] = nodes(broker, rows, { outputEach: true, outputs: 3 });
    assert.ok(broken && sub);
    const flow = await loadFlow([
      server.broker(broker),
      { ...sub, wires: [['one'], ['two'], ['rest']] },
      ...['one', 'two', 'rest'].map(collectorNode),
      ...publishNodes('pub', broker, { qos: 1 }),
    ]);
    await flow.connected('pub');
    publish(flow, `${base}/fixed`);
    await flow.received('two').next();
    flow.context('sub', 'flow').set('id', 'a');
    await refreshed(flow);
    publish(flow, `${base}/a`);
    assert.equal((await flow.received('one').next()).topic, `${base}/a`);
    assert.deepEqual(flow.received('rest').all, []);
  });
});

describe('a persistent session with filters from outside the settings', () => {
  let server: ScriptedServer;
  let userDirectory: UserDirectory;
  beforeEach(async () => {
    server = await ScriptedServer.start();
    userDirectory = new UserDirectory();
  });
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
    userDirectory.remove();
  });

  it('goes on with the filter of before, and unsubscribes it when its value has changed', async () => {
    const broker = unique('session');
    const start = async (id: string): Promise<Flow> => {
      const flow = await loadFlow([
        { ...TAB, env: [{ name: 'ID', value: id, type: 'str' }] },
        serverNode(broker, server.port, { cleanStart: false }),
        ...subscribeNodes('sub', broker, [template('a/{{env.ID}}/+x'), 'b']),
        ...publishNodes('pub', broker, { qos: 1 }),
      ]);
      await flow.connected('pub');
      flow.inject('pub', { topic: 'fence', payload: 1 });
      await flow.received('pub-out').next();
      return flow;
    };
    await start('1');
    await unloadFlow();
    const kept = { cmd: 'publish', topic: 'a/1/y', payload: 'kept', qos: 1, messageId: 7, retain: false, dup: false };
    server.script = {
      connect(client) {
        client.send({ cmd: 'connack', sessionPresent: true, reasonCode: 0 });
        // mqtt-packet's type wants literals.
        client.send(kept as Parameters<typeof client.send>[0]);
      },
    };
    const from = server.received.all.length;
    const again = await start('1');
    assert.deepEqual((await again.received('sub-out').next()).params, { x: 'y' });
    await unloadFlow();
    server.script = { connect: (client) => client.send({ cmd: 'connack', sessionPresent: true, reasonCode: 0 }) };
    await start('2');
    const asked = server.received.all.slice(from).flatMap((packet) => {
      if (packet.cmd === 'subscribe') return packet.subscriptions.map(({ topic }) => `subscribe ${topic}`);
      return packet.cmd === 'unsubscribe' ? packet.unsubscriptions.map((topic) => `unsubscribe ${topic}`) : [];
    });
    assert.deepEqual(asked.sort(), ['subscribe a/2/+', 'unsubscribe a/1/+']);
  });
});
