// A real RabbitMQ: nodes with overlapping filters get each message once, although it sends a copy for each granted QoS,
// and what it does otherwise than other servers is shown as what it is.

import assert from 'node:assert/strict';
import type { NodeStatus } from 'node-red';
import { type Flow, type FlowNode, loadFlow, unloadFlow } from '../../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes, unique } from '../../helpers/flows/flow-nodes';
import { needsRabbit, RabbitMQ } from '../../helpers/servers/rabbitmq';
import { TcpProxy } from '../../helpers/servers/tcp-proxy';

type Filters = readonly { readonly filter: string; readonly qos: 0 | 1 | 2 }[];

/** Names of nodes, with their filters below a base of their own. */
const NODES: Readonly<Record<string, Filters>> = {
  exact: [{ filter: 'x', qos: 1 }],
  quick: [{ filter: 'x', qos: 0 }],
  plus: [{ filter: '+', qos: 0 }],
  hash: [{ filter: '#', qos: 1 }],
  both: [
    { filter: '#', qos: 1 },
    { filter: '+', qos: 0 },
  ],
  highest: [{ filter: '+', qos: 2 }],
};

/** The status of a node with all of its filters: RabbitMQ grants QoS 1 at most. */
function subscribed(name: string): string {
  return name === 'highest' ? 'lowered-to-1' : 'connected';
}

/** Messages of one round. */
const COUNT = 12;

describe('RabbitMQ', function () {
  // It starts slowly, above all on a busy machine.
  this.timeout(300_000);
  let rabbit: RabbitMQ;
  let proxy: TcpProxy;
  before(async function () {
    needsRabbit(this);
    rabbit = await RabbitMQ.start({ limited: { password: 'secret', topics: '^ok\\..*' } });
    proxy = await TcpProxy.start(rabbit.port);
  });
  afterEach(unloadFlow);
  after(async () => {
    await proxy?.stop();
    await rabbit?.stop();
  });

  /** Nodes of that name, and one that publishes at each QoS over a connection of its own. */
  function flowWith(base: string, names: readonly string[], settings: Parameters<typeof serverNode>[2]): FlowNode[] {
    const filters = (name: string): Filters =>
      (NODES[name] ?? []).map(({ filter, qos }) => ({ filter: `${base}/${filter}`, qos }));
    return [
      serverNode(`${base}-in`, proxy.port, { clientId: base, ...settings }),
      ...names.flatMap((name) => subscribeNodes(name, `${base}-in`, filters(name))),
      serverNode(`${base}-out`, rabbit.port),
      ...([0, 1, 2] as const).flatMap((qos) => publishNodes(`pub${qos}`, `${base}-out`, { qos })),
    ];
  }

  /** Publishes some messages, and checks that each node gets each of them once, at most with its QoS. */
  async function round(flow: Flow, base: string, title: string, names: readonly string[]): Promise<void> {
    await flow.connected('pub0');
    await Promise.all(names.map((name) => flow.showing(name, subscribed(name))));
    const sent = Array.from({ length: COUNT }, (_, index) => `${title} ${index}`);
    for (const [index, payload] of sent.entries()) flow.inject(`pub${index % 3}`, { topic: `${base}/x`, payload });
    // A last message on another topic arrives after all copies.
    flow.inject('pub1', { topic: `${base}/end`, payload: `${title} end` });
    for (const name of names) {
      const inbox = flow.received(`${name}-out`);
      const hearsEnd = NODES[name]?.some(({ filter }) => filter !== 'x');
      for (const payload of hearsEnd ? [...sent, `${title} end`] : sent)
        await inbox.find(payload, (message) => message.payload === payload);
      const got = inbox.all.filter(({ topic, payload }) => topic === `${base}/x` && `${payload}`.startsWith(title));
      assert.deepEqual(got.map(({ payload }) => payload).sort(), sent.toSorted(), `${name}: ${title}`);
      const most = Math.max(...(NODES[name] ?? []).map(({ qos }) => qos));
      for (const { qos } of got) assert.ok(Number(qos) <= most, name);
    }
  }

  /** Cuts the connection of the nodes, and waits until they are subscribed again. */
  async function reconnect(flow: Flow, names: readonly string[]): Promise<void> {
    const before = names.map((name) => flow.statuses(name).all.length);
    proxy.cut();
    for (const [index, name] of names.entries()) {
      const { all } = flow.statuses(name);
      const again = ({ text }: NodeStatus): boolean =>
        all.slice(before[index]).some((status) => status.text === text) && `${text}`.endsWith(subscribed(name));
      await flow.statuses(name).find('the subscription', again);
    }
  }

  for (const cleanStart of [true, false]) {
    const session = cleanStart ? 'a clean session' : 'a kept session';
    it(`gives each of the nodes each message once, after deploys and reconnects too (${session})`, async () => {
      const base = unique('rabbit');
      const first = ['exact', 'plus', 'hash', 'both'];
      const flow = await loadFlow(flowWith(base, first, { cleanStart }));
      await round(flow, base, 'first', first);
      // One filter is asked for with another QoS, others with the same, and one is left.
      const second = ['exact', 'quick', 'plus', 'both', 'highest'];
      await flow.deploy('nodes', flowWith(base, second, { cleanStart }));
      await round(flow, base, 'deployed', second);
      await reconnect(flow, second);
      await round(flow, base, 'reconnected', second);
      const third = ['quick', 'plus'];
      await flow.deploy('nodes', flowWith(base, third, { cleanStart }));
      await round(flow, base, 'fewer', third);
      await reconnect(flow, third);
      await round(flow, base, 'fewer, reconnected', third);
      await flow.deploy('nodes', flowWith(base, first, { cleanStart }));
      await round(flow, base, 'as at first', first);
      // A kept session stays on the server until it is asked for a clean one.
      await flow.deploy('nodes', flowWith(base, first, { cleanStart: true }));
      await round(flow, base, 'ended', first);
    });
  }

  it('is spoken to in MQTT 3.1.1 when the version is found out, and grants QoS 1 at most, which is shown', async () => {
    const base = unique('rabbit');
    const flow = await loadFlow(flowWith(base, ['highest'], { protocolVersion: 'auto' }));
    await flow.showing('highest', 'lowered-to-1');
    flow.inject('pub2', { topic: `${base}/x`, payload: 'at QoS 2' });
    await flow.completed.find('the publication', ({ topic }) => topic === `${base}/x`);
    const { qos } = await flow.received('highest-out').find('it', ({ payload }) => payload === 'at QoS 2');
    assert.equal(qos, 1);
  });

  it('replays a retained message for a filter without wildcards, and none for others', async () => {
    const base = unique('rabbit');
    const flow = await loadFlow(flowWith(base, [], {}));
    await flow.connected('pub1');
    flow.inject('pub1', { topic: `${base}/x`, payload: 'stored', retain: true });
    await flow.completed.next();
    await flow.deploy('nodes', flowWith(base, ['plus', 'hash'], {}));
    await flow.connected('plus', 'hash');
    flow.inject('pub1', { topic: `${base}/y`, payload: 'now' });
    for (const name of ['plus', 'hash']) {
      const { payload } = await flow.received(`${name}-out`).next();
      assert.equal(payload, 'now', name);
    }
    await flow.deploy('nodes', flowWith(base, ['exact'], {}));
    const { payload, retain } = await flow.received('exact-out').next();
    assert.deepEqual([payload, retain], ['stored', true]);
  });

  it('ends the connection because of a forbidden topic, which is reported at the node, and everything else works', async () => {
    const limited = serverNode('limited', rabbit.port);
    const flow = await loadFlow(
      [
        limited,
        ...subscribeNodes('good', 'limited', ['ok/#']),
        ...subscribeNodes('bad', 'limited', ['secret/#']),
        ...publishNodes('pub', 'limited', { qos: 1 }),
      ],
      { limited: { username: 'limited', password: 'secret' } },
    );
    await flow.showing('bad', 'subscription-refused');
    await flow.connected('good', 'pub');
    flow.inject('pub', { topic: 'ok/before', payload: 'in' });
    await flow.received('good-out').find('the first', ({ topic }) => topic === 'ok/before');
    flow.inject('pub', { topic: 'secret/a', payload: 'no' });
    flow.inject('pub', { topic: 'ok/after', payload: 'in' });
    const { error, topic } = await flow.caught.find('the publication', ({ error }) => error.source.id === 'pub');
    assert.deepEqual([error.code, topic], ['publication-deadly', 'secret/a']);
    await flow.received('good-out').find('the second', (message) => message.topic === 'ok/after');
  });
});
