// A persistent session as the server sees it: what is subscribed again after a stop, and what is not.

import assert from 'node:assert/strict';
import type { IConnectPacket, IPublishPacket, Packet } from 'mqtt-packet';
import type { BrokerConfig } from '#src/settings/broker.config';
import { type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { UserDirectory } from '../helpers/flows/user-directory';
import { type Script, type ScriptedClient, ScriptedServer } from '../helpers/servers/scripted-server';

const FOR_EVER = 0xffff_ffff;

/** A server that has kept the session of every client, and sends `kept` right after CONNACK. */
function remembering(...kept: readonly IPublishPacket[]): Script {
  return {
    connect(client: ScriptedClient) {
      client.socket.cork();
      client.send(
        client.protocolVersion === 5
          ? { cmd: 'connack', sessionPresent: true, reasonCode: 0 }
          : { cmd: 'connack', sessionPresent: true, returnCode: 0 },
      );
      for (const packet of kept) client.send(packet);
      client.socket.uncork();
    },
  };
}

function message(topic: string, identifier?: number): IPublishPacket {
  const properties = identifier === undefined ? {} : { properties: { subscriptionIdentifier: identifier } };
  return { cmd: 'publish', topic, payload: 'kept', qos: 1, messageId: 7, retain: false, dup: false, ...properties };
}

for (const protocolVersion of [5, 4] as const) {
  describe(`a persistent session (MQTT ${protocolVersion})`, () => {
    let server: ScriptedServer;
    let userDirectory: UserDirectory;
    let broker: string;
    beforeEach(async () => {
      server = await ScriptedServer.start();
      userDirectory = new UserDirectory();
      broker = unique('session-broker');
    });
    afterEach(async () => {
      await unloadFlow();
      await server.stop();
      userDirectory.remove();
    });

    function nodes(filters: readonly string[], settings: Partial<BrokerConfig> = {}): FlowNode[] {
      return [
        serverNode(broker, server.port, { protocolVersion, cleanStart: false, ...settings }),
        ...subscribeNodes('sub', broker, filters),
        ...publishNodes('pub', broker, { qos: 1 }),
      ];
    }

    /** Starts the flows, and returns them when the server has answered everything. */
    async function start(filters: readonly string[], settings: Partial<BrokerConfig> = {}): Promise<Flow> {
      const flow = await loadFlow(nodes(filters, settings));
      await flow.connected('sub', 'pub');
      await fence(flow);
      return flow;
    }

    /** When this message is acknowledged, everything before it has been sent. */
    async function fence(flow: Flow): Promise<void> {
      flow.inject('pub', { topic: 'fence', payload: 1 });
      await flow.received('pub-out').next();
    }

    /** Lines such as `subscribe a` for the packets from number `from` on. */
    function asked(from = 0): string[] {
      return server.received.all.slice(from).flatMap((packet) => {
        if (packet.cmd === 'subscribe') return packet.subscriptions.map(({ topic }) => `subscribe ${topic}`);
        if (packet.cmd === 'unsubscribe') return packet.unsubscriptions.map((topic) => `unsubscribe ${topic}`);
        return [];
      });
    }

    /** Stops the flows, and starts them again with a server that has kept the session. */
    async function restart(
      before: readonly string[],
      after: readonly string[],
      script: Script = remembering(),
    ): Promise<string[]> {
      await start(before);
      await unloadFlow();
      server.script = script;
      const from = server.received.all.length;
      await start(after);
      return asked(from);
    }

    const isConnect = (packet: Packet): packet is IConnectPacket => packet.cmd === 'connect';
    const connects = (): IConnectPacket[] => server.received.all.filter(isConnect);

    it('is requested in CONNECT, without expiry by default, with the same client identifier', async () => {
      await start(['a']);
      await unloadFlow();
      await start(['a'], { sessionExpiryInterval: 3600 });
      const [first, second] = connects();
      assert.deepEqual([first?.clean, second?.clean], [false, false]);
      assert.equal(first?.clientId, second?.clientId);
      assert.match(first?.clientId ?? '', /^[0-9a-z]{22}$/);
      const expiries = [first, second].map((packet) => packet?.properties?.sessionExpiryInterval);
      assert.deepEqual(expiries, protocolVersion === 5 ? [FOR_EVER, 3600] : [undefined, undefined]);
    });

    it('nothing is unsubscribed when the flows stop', async () => {
      await start(['a', 'b/#']);
      await unloadFlow();
      assert.equal(server.count('disconnect'), 1);
      assert.deepEqual(asked(), ['subscribe a', 'subscribe b/#']);
    });

    it('nothing is subscribed again that has not changed, and the node shows that it is subscribed', async () => {
      assert.deepEqual(await restart(['a', 'b/+x'], ['a', 'b/+y']), []);
    });

    it('removed filters are unsubscribed, new ones are subscribed', async () => {
      assert.deepEqual((await restart(['old', 'stays'], ['new', 'stays'])).sort(), [
        'subscribe new',
        'unsubscribe old',
      ]);
    });

    it('all filters are subscribed again when the server has lost it, and none is unsubscribed', async () => {
      const packets = await restart(['old', 'stays'], ['new', 'stays'], {});
      assert.deepEqual(packets.sort(), ['subscribe new', 'subscribe stays']);
    });

    it('queued messages of the server are delivered once, from the first packet after CONNACK', async () => {
      const subscriber = (): FlowNode[] => nodes(['other', 'a/+x', 'a/#']);
      const flow = await loadFlow(subscriber());
      await flow.connected('sub');
      await fence(flow);
      const identifiers = server.received.all.flatMap((packet) =>
        packet.cmd === 'subscribe' ? [packet.properties?.subscriptionIdentifier] : [],
      );
      assert.equal(new Set(identifiers).size, protocolVersion === 5 ? 3 : 1);
      await unloadFlow();
      server.script = remembering(message('a/1', identifiers[1]));
      const again = await loadFlow(subscriber());
      const received = await again.received('sub-out').next();
      assert.deepEqual([received.topic, received.payload, received.params], ['a/1', 'kept', { x: '1' }]);
      await fence(again);
      assert.equal(again.received('sub-out').all.length, 1);
      assert.deepEqual(asked(), ['subscribe other', 'subscribe a/+', 'subscribe a/#']);
    });

    it('continues when a deploy replaces the broker node', async () => {
      const flow = await start(['a']);
      server.script = remembering();
      await flow.deploy('nodes', nodes(['a', 'b'], { keepalive: 30 }));
      await server.clients.first(2);
      await flow.connected('sub');
      await fence(flow);
      assert.deepEqual(asked(), ['subscribe a', 'subscribe b']);
    });

    it('has no filter left when a deploy takes away the last node that uses the broker node', async () => {
      const flow = await start(['a']);
      await flow.deploy('nodes', nodes([]).slice(0, 1));
      await server.clients.all[0]?.gone();
      const kinds = server.received.all.map(({ cmd }) => cmd);
      assert.deepEqual(kinds.slice(-2), ['unsubscribe', 'disconnect']);
    });

    it('is remembered even without subscriptions', async () => {
      const flow = await loadFlow(nodes([]).filter(({ id }) => id !== 'sub' && id !== 'sub-out'));
      await flow.connected('pub');
      await unloadFlow();
      const { home, subscriptions } = JSON.parse(userDirectory.session(broker).text);
      assert.match(home, /127\.0\.0\.1/);
      assert.deepEqual(subscriptions, []);
    });

    it('continues after a lost connection', async () => {
      const flow = await start(['a']);
      server.script = remembering();
      server.clients.all[0]?.socket.destroy();
      await server.clients.first(2);
      await flow.connected('sub');
      await fence(flow);
      assert.deepEqual(asked(), ['subscribe a']);
    });

    describe('of which the memory', () => {
      const damages: readonly [name: string, damaged: (text: string) => string][] = [
        ['is empty', () => ''],
        ['is cut off', (text) => text.slice(0, text.length / 2)],
        ['is something else', () => '[1, 2, 3]'],
        ['holds what cannot be', (text) => text.replace(/"(identifier|granted)":\d+/g, '"$1":"x"')],
        ['is that of another session', (text) => text.replace('127.0.0.1', '127.0.0.2')],
      ];
      for (const [name, damaged] of damages) {
        it(`${name}: everything is asked for, and what the server has kept is delivered`, async () => {
          await start(['a', 'b/#']);
          const identifier = server.received.all.flatMap((packet) =>
            packet.cmd === 'subscribe' ? [packet.properties?.subscriptionIdentifier] : [],
          )[1];
          await unloadFlow();
          const file = userDirectory.session(broker);
          const text = file.text;
          assert.notEqual(damaged(text), text);
          file.text = damaged(text);
          server.script = remembering(message('b/1', identifier));
          const from = server.received.all.length;
          // In another order than before.
          const flow = await start(['b/#', 'a']);
          assert.deepEqual(asked(from).toSorted(), ['subscribe a', 'subscribe b/#']);
          assert.equal((await flow.received('sub-out').next()).topic, 'b/1');
          assert.deepEqual(flow.caughtCodes, []);
          await unloadFlow();
          assert.equal(file.text.includes('b/#'), true);
        });
      }

      it('is of another client, when the client identifier has changed', async () => {
        await start(['a']);
        await unloadFlow();
        server.script = remembering();
        const from = server.received.all.length;
        await start(['a'], { clientId: 'another' });
        assert.deepEqual(asked(from), ['subscribe a']);
      });

      it('ends when the broker node is deleted, with MQTT 5 on the server, too', async () => {
        const flow = await start(['a']);
        await flow.deploy('full', []);
        assert.equal(userDirectory.session(broker).exists, false);
        const { properties } = await server.packet('disconnect');
        assert.equal(properties?.sessionExpiryInterval, protocolVersion === 5 ? 0 : undefined);
      });

      it('does not exist if the session is not persistent', async () => {
        await start(['a'], { cleanStart: true });
        await unloadFlow();
        assert.equal(userDirectory.session(broker).exists, false);
        assert.equal(connects()[0]?.clean, true);
        assert.equal(connects()[0]?.properties?.sessionExpiryInterval, undefined);
      });
    });
  });
}
