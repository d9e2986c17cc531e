// However the flows are stopped, with birth, close message and unacknowledged messages under way: it takes no 2
// seconds.

import assert from 'node:assert/strict';
import type { BrokerConfig } from '#src/settings/broker.config';
import { messageDefaults } from '#src/settings/broker.session.config';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { UserDirectory } from '../helpers/flows/user-directory';
import { timed } from '../helpers/process/own-time';
import { type Script, ScriptedServer, silent } from '../helpers/servers/scripted-server';

/** ms */
const LIMIT = 2000;

const accepting: Script = { connect: (client) => client.connack(0) };

describe('stopping the flows of a broker node with birth and close message', () => {
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

  interface Situation {
    readonly script: Script;
    /** Waits until the situation has occurred. */
    readonly reached: (flow: Flow) => Promise<unknown>;
    readonly settings?: Partial<BrokerConfig>;
  }

  const situations: readonly [name: string, situation: Situation][] = [
    ['while everything is well', { script: accepting, reached: (flow) => flow.connected('sub', 'pub') }],
    [
      'while the server does not answer CONNECT',
      { script: { connect: silent }, reached: () => server.packet('connect') },
    ],
    [
      'while the birth message waits for the subscriptions',
      { script: { subscribe: silent }, reached: () => server.packet('subscribe') },
    ],
    [
      'while nothing is acknowledged',
      { script: { publish: silent }, reached: () => server.received.find('birth', ({ cmd }) => cmd === 'publish') },
    ],
    [
      'while messages of QoS 2 are half acknowledged',
      {
        script: {
          publish: (client, { qos, messageId = 0 }) => {
            if (qos === 1) client.send({ cmd: 'puback', messageId });
            // PUBREL is never answered.
            else client.send({ cmd: 'pubrec', messageId: messageId + 1000 });
          },
        },
        reached: () => server.received.find('QoS 2', (packet) => packet.cmd === 'publish' && packet.qos === 2),
      },
    ],
    [
      'while the server takes nothing more',
      {
        script: accepting,
        reached: async (flow) => {
          await flow.connected('sub', 'pub');
          server.clients.all[0]?.socket.pause();
          for (let count = 0; count < 200; count++) {
            flow.inject('pub', { topic: 'much', payload: Buffer.alloc(100_000), qos: 1 });
          }
        },
      },
    ],
    [
      'while waiting for the next attempt',
      {
        script: { connect: (client) => client.connack(0x88) },
        reached: (flow) => flow.showing('pub', 'server-unavailable'),
        settings: { reconnect: { minDelay: 60_000, maxDelay: 60_000 } },
      },
    ],
    [
      'while waiting after a connection that was lost',
      {
        script: {},
        reached: async (flow) => {
          await flow.connected('pub');
          server.clients.all[0]?.socket.destroy();
          await flow.showing('pub', 'disconnected');
        },
        settings: { reconnect: { minDelay: 60_000, maxDelay: 60_000 } },
      },
    ],
  ];
  for (const cleanStart of [true, false]) {
    for (const [name, { script, reached, settings }] of situations) {
      it(`${name}${cleanStart ? '' : ', in a persistent session'}`, async () => {
        server.script = script;
        const presence = { ...messageDefaults, topic: 'presence', payload: 'x', qos: 1 } as const;
        const broker = unique('closing-broker');
        const flow = await loadFlow([
          serverNode(broker, server.port, {
            birth: presence,
            close: presence,
            protocolVersion: 5,
            cleanStart,
            ...settings,
          }),
          ...subscribeNodes('sub', broker, ['a/#']),
          ...publishNodes('pub', broker),
        ]);
        for (const qos of [1, 2]) flow.inject('pub', { topic: 'held', payload: '', qos });
        await reached(flow);
        const { time } = await timed(unloadFlow);
        assert.ok(time < LIMIT, `${time} ms`);
        for (const { socket } of server.clients.all) socket.resume();
        await Promise.all(server.clients.all.map((client) => client.gone()));
        assert.equal(server.openCount, 0);
      });
    }
  }
});
