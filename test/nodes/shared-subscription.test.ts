// A filter that is shared by a group of clients: each message goes to one of them, whatever else is subscribed to.

import assert from 'node:assert/strict';
import { loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { embeddedNode, publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { onMosquitto, type TestServer } from '../helpers/flows/servers';
import { freePort } from '../helpers/servers/free-port';

const COUNT = 30;

function sharing(server: TestServer): void {
  it('deliver each message to one client of the group, and to clients outside it', async () => {
    const base = unique('t');
    const shared = `$share/workers/${base}/+number`;
    const flow = await loadFlow([
      ...['one', 'two', 'three'].map((id) => server.broker(id)),
      ...['one', 'two'].flatMap((broker) => subscribeNodes(`worker-${broker}`, broker, [shared])),
      ...subscribeNodes('all', 'three', [`${base}/#`]),
      ...publishNodes('pub', 'three', { qos: 1 }),
    ]);
    await flow.connected('worker-one', 'worker-two', 'all', 'pub');
    for (let number = 0; number < COUNT; number++) flow.inject('pub', { topic: `${base}/${number}`, payload: number });
    const everything = await flow.received('all-out').first(COUNT);
    const [one, two] = [flow.received('worker-one-out'), flow.received('worker-two-out')];
    await Promise.race(
      [one, two].map((inbox) => inbox.find('the last', () => one.all.length + two.all.length >= COUNT)),
    );
    const numbers = [...one.all, ...two.all].map(({ payload }) => Number(payload)).sort((a, b) => a - b);
    assert.deepEqual(
      numbers,
      everything.map(({ payload }) => payload),
    );
    for (const { params, payload } of one.all) assert.deepEqual({ ...(params as object) }, { number: String(payload) });
    assert.ok(one.all.length > 0 && two.all.length > 0, `${one.all.length} and ${two.all.length}`);
  });

  it('get messages of their own connection, and warn if they are set not to', async () => {
    const [base, broker] = [unique('t'), unique('broker')];
    const own = { filter: `$share/workers/${base}/#`, noLocal: true };
    const flow = await loadFlow([
      server.broker(broker),
      ...subscribeNodes('sub', broker, [own]),
      ...publishNodes('pub', broker, { qos: 1 }),
    ]);
    await flow.showing('sub', 'hears-itself');
    flow.inject('pub', { topic: `${base}/a`, payload: 1 });
    await flow.received('sub-out').next();
    assert.equal(flow.everythingTold().split('log.groupHearsItself').length, 2);
  });
}

onMosquitto('Shared subscriptions (mosquitto, MQTT 5)', 5, sharing);
onMosquitto('Shared subscriptions (mosquitto, MQTT 3.1.1)', 4, sharing);

describe('Shared subscriptions (embedded broker)', () => {
  let port = 0;
  let first = '';
  beforeEach(async () => {
    port = await freePort();
    first = '';
  });
  afterEach(unloadFlow);
  sharing({
    mqtt5: true,
    // The node that has the broker is one of the clients that share.
    broker(id) {
      first ||= id;
      return id === first ? embeddedNode(id, { port }) : serverNode(id, port);
    },
  });
});
