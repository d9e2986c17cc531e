// The outbox settings of a broker node, and the effect of each on the messages of a flow.

import assert from 'node:assert/strict';
import { type BrokerConfig, brokerDefaults } from '#src/settings/broker.config';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, unique } from '../helpers/flows/flow-nodes';
import { type ScriptedClient, ScriptedServer } from '../helpers/servers/scripted-server';

type Outbox = BrokerConfig['outbox'];

describe('the outbox of a broker node', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
  });

  async function load(outbox: Partial<Outbox>, broker: object = {}): Promise<Flow> {
    const id = unique('outbox');
    const settings = { ...broker, outbox: { ...brokerDefaults.outbox, ...outbox } };
    return loadFlow([serverNode(id, server.port, settings), ...publishNodes('pub', id, { qos: 1 })]);
  }

  /** A flow whose connection begins with a message. */
  const offline = (outbox: Partial<Outbox>): Promise<Flow> => load(outbox, { autoConnect: false });

  function publish(flow: Flow, ...payloads: readonly unknown[]): void {
    for (const payload of payloads) flow.inject('pub', { topic: 'a', payload });
  }

  async function caught(flow: Flow, count: number): Promise<unknown[]> {
    return (await flow.caught.first(count)).map(({ error, payload }) => [error.code, payload]);
  }

  it('refuses messages above the limit, and sends those that wait', async () => {
    const flow = await offline({ maxMessages: 2 });
    publish(flow, 'one', 'two', 'three');
    assert.deepEqual(await caught(flow, 1), [['outbox-full', 'three']]);
    flow.inject('pub', { action: 'connect' });
    const passedOn = await flow.received('pub-out').first(2);
    assert.deepEqual(
      passedOn.map(({ payload }) => payload),
      ['one', 'two'],
    );
  });

  it('refuses what has too many bytes beside what waits', async () => {
    const flow = await offline({ maxBytes: 20 });
    publish(flow, 'x'.repeat(15), 'y'.repeat(15), 'z');
    assert.deepEqual(await caught(flow, 1), [['outbox-full', 'y'.repeat(15)]]);
    flow.inject('pub', { action: 'connect' });
    await flow.received('pub-out').first(2);
  });

  it('drops the oldest instead, if so configured', async () => {
    const flow = await offline({ maxMessages: 2, overflow: 'dropOldest' });
    publish(flow, 'one', 'two', 'three', 'four');
    assert.deepEqual(await caught(flow, 2), [
      ['publication-dropped', 'one'],
      ['publication-dropped', 'two'],
    ]);
    flow.inject('pub', { action: 'connect' });
    const passedOn = await flow.received('pub-out').first(2);
    assert.deepEqual(
      passedOn.map(({ payload }) => payload),
      ['three', 'four'],
    );
  });

  it('drops messages that have waited too long', async () => {
    const flow = await offline({ messageTtl: 1 });
    publish(flow, 'old');
    assert.deepEqual(await caught(flow, 1), [['publication-expired', 'old']]);
  });

  it('has no more messages in flight than allowed', async () => {
    let unanswered: number[] = [];
    let most = 0;
    const answer = (client: ScriptedClient): void => {
      const identifiers = unanswered;
      unanswered = [];
      for (const messageId of identifiers) client.send({ cmd: 'puback', messageId });
    };
    server.script = {
      publish(client, { messageId = 0 }) {
        unanswered.push(messageId);
        most = Math.max(most, unanswered.length);
        // Answers all once no more messages arrive with these.
        if (unanswered.length === 1) setImmediate(() => answer(client));
      },
    };
    const flow = await load({ maxInFlight: 3 });
    await flow.connected('pub');
    publish(flow, ...Array.from({ length: 20 }, (_, n) => n));
    await flow.received('pub-out').first(20);
    assert.ok(most <= 3, `${most} at once`);
  });

  it('sends no more messages per second than allowed', async () => {
    const flow = await load({ rateLimit: 20 });
    await flow.connected('pub');
    const start = performance.now();
    publish(flow, ...Array.from({ length: 8 }, (_, n) => n));
    await flow.received('pub-out').first(8);
    // Two are sent at once, the other six every 50 ms.
    assert.ok(performance.now() - start > 250, `${performance.now() - start} ms`);
  });

  it('refuses every message if its folder cannot be used, and reports why', async () => {
    // There is no user directory here.
    const flow = await load({ store: 'disk' });
    publish(flow, 'one', 'two');
    assert.deepEqual((await caught(flow, 2)).slice(0, 2).map(String).sort(), [
      'outbox-unavailable,one',
      'outbox-unavailable,two',
    ]);
    assert.equal(flow.completed.all.length, 0);
  });
});
