// A server that forbids a topic filter by hanging up, as RabbitMQ, EMQX and AWS IoT Core do: it costs that filter, and
// nothing else.

import assert from 'node:assert/strict';
import type { ISubscribePacket } from 'mqtt-packet';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes } from '../helpers/flows/flow-nodes';
import { type ScriptedClient, ScriptedServer } from '../helpers/servers/scripted-server';

const NOT_AUTHORIZED = 0x87;

/** Ends the connection because of secret/#, with a reason in MQTT 5, and grants everything else. */
function forbid(client: ScriptedClient, { messageId = 0, subscriptions }: ISubscribePacket): void {
  if (subscriptions.some(({ topic }) => topic === 'secret/#')) {
    if (client.protocolVersion === 5) client.send({ cmd: 'disconnect', reasonCode: NOT_AUTHORIZED });
    client.socket.end();
    return;
  }
  client.send({ cmd: 'suback', messageId, granted: subscriptions.map(({ qos }) => qos) });
  for (const { topic } of subscriptions) {
    if (topic === 'ok/#')
      client.send({ cmd: 'publish', topic: 'ok/a', payload: 'in', qos: 0, dup: false, retain: false });
  }
}

for (const protocolVersion of [5, 4] as const) {
  describe(`a server that hangs up over a forbidden filter (MQTT ${protocolVersion})`, () => {
    let server: ScriptedServer;
    before(async () => {
      server = await ScriptedServer.start({ subscribe: forbid });
    });
    afterEach(unloadFlow);
    after(() => server.stop());

    function load(settings: Parameters<typeof serverNode>[2] = {}): Promise<Flow> {
      return loadFlow([
        serverNode('forbidding', server.port, { protocolVersion, ...settings }),
        ...subscribeNodes('good', 'forbidding', ['ok/#']),
        ...subscribeNodes('bad', 'forbidding', ['secret/#']),
        ...publishNodes('pub', 'forbidding', { qos: 1 }),
      ]);
    }

    it('is reported at its node with the filter, and everything else works', async () => {
      const flow = await load();
      const { error } = await flow.caught.find(
        'the refusal',
        (caught) => caught.error.code === 'subscription-ends-connection',
      );
      assert.equal(error.source.id, 'bad');
      await flow.showing('bad', 'subscription-refused');
      await flow.connected('good', 'pub');
      const open = server.openCount;
      flow.inject('pub', { topic: 'ok/b', payload: 'out' });
      await flow.completed.find('the publication', ({ topic }) => topic === 'ok/b');
      assert.equal(open, 1);
      assert.ok(flow.received('good-out').all.length > 0);
      assert.ok(!flow.caughtCodes.includes('client-identifier-clash'), flow.caughtCodes.join());
    });

    it('does not hold up the birth message and waiting messages', async () => {
      const birth = { topic: 'status', payload: 'on', qos: 1, retain: false, properties: {} } as const;
      const flow = await load({ birth });
      for (let n = 0; n < 5; n++) flow.inject('pub', { topic: 'ok/waiting', payload: n });
      await flow.completed.first(5);
      assert.ok(!flow.caughtCodes.some((code) => code?.startsWith('publication-')), flow.caughtCodes.join());
      assert.ok(server.received.all.some((packet) => packet.cmd === 'publish' && packet.topic === 'status'));
    });

    it('is subscribed again when its node is deployed again', async () => {
      const flow = await load();
      await flow.showing('bad', 'subscription-refused');
      await flow.connected('good');
      const asked = () =>
        server.received.all.filter((p) => p.cmd === 'subscribe' && p.subscriptions[0]?.topic === 'secret/#');
      const before = asked().length;
      await flow.deploy('nodes', [
        serverNode('forbidding', server.port, { protocolVersion }),
        ...subscribeNodes('good', 'forbidding', ['ok/#']),
        ...subscribeNodes('bad', 'forbidding', ['secret/#'], { name: 'changed' }),
        ...publishNodes('pub', 'forbidding', { qos: 1 }),
      ]);
      await server.received.find('another SUBSCRIBE', () => asked().length > before);
    });
  });
}
