// What a subscribe node does with retained messages and with unreadable payloads, by its settings.

import assert from 'node:assert/strict';
import { loadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { onEachServer } from '../helpers/flows/servers';

onEachServer('Received messages', (server) => {
  it('that are retained are delivered, ignored, or the only ones delivered', async () => {
    const [base, broker] = [unique('t'), unique('policy')];
    const publisher = publishNodes('pub', broker, { qos: 1 });
    const flow = await loadFlow([server.broker(broker), ...publisher]);
    await flow.connected('pub');
    flow.inject('pub', { topic: `${base}/a`, payload: 'stored', retain: true });
    await flow.completed.next();
    // An id that a setting has as its value would be taken for a reference to the node.
    const policies = ['deliver', 'ignore', 'only'] as const;
    await flow.deploy('nodes', [
      server.broker(broker),
      ...publisher,
      ...policies.flatMap((retained) => subscribeNodes(`takes-${retained}`, broker, [`${base}/+`], { retained })),
      ...subscribeNodes('end', broker, [`${base}/#`]),
    ]);
    await flow.connected(...policies.map((policy) => `takes-${policy}`), 'end');
    flow.inject('pub', { topic: `${base}/a`, payload: 'now', retain: true });
    flow.inject('pub', { topic: `${base}/a`, payload: '', retain: true });
    await Promise.all(
      ['takes-deliver', 'takes-ignore', 'end'].map((id) =>
        flow.received(`${id}-out`).find('the last', ({ payload }) => payload === ''),
      ),
    );
    const got = (id: string): unknown[] => flow.received(`${id}-out`).all.map(({ payload }) => payload);
    assert.deepEqual(
      policies.map((policy) => got(`takes-${policy}`)),
      [['stored', 'now', ''], ['now', ''], ['stored']],
    );
  });

  it('that cannot be decoded become errors with the raw payload, or pass with it', async () => {
    const [base, broker] = [unique('t'), unique('unreadable')];
    const flow = await loadFlow([
      server.broker(broker),
      ...subscribeNodes('strict', broker, [`${base}/a`], { format: 'json' }),
      ...subscribeNodes('lenient', broker, [`${base}/+`], { format: 'json', undecodable: 'pass' }),
      ...publishNodes('pub', broker, { qos: 1 }),
    ]);
    await flow.connected('strict', 'lenient', 'pub');
    const raw = Buffer.from([0xff, 0x00, 0x7b]);
    flow.inject('pub', { topic: `${base}/a`, payload: raw });
    const passed = await flow.received('lenient-out').next();
    assert.deepEqual([passed.topic, passed.payload, passed.qos], [`${base}/a`, raw, 1]);
    const { error, topic, payload } = await flow.caught.next();
    assert.deepEqual([error.code, topic, payload], ['payload-undecodable', `${base}/a`, raw]);
    assert.equal(flow.received('strict-out').all.length, 0);
  });

  for (const acknowledge of ['receipt', 'completion'] as const) {
    it(`that Node-RED cannot copy are errors with the raw payload, acknowledged by ${acknowledge}`, async () => {
      const [base, broker] = [unique('t'), unique('deep')];
      const twoWires = subscribeNodes('sub', broker, [`${base}/a`], { acknowledge }).map((node) =>
        node.id === 'sub' ? { ...node, wires: [['other-out', 'sub-out']] } : node,
      );
      const flow = await loadFlow([
        server.broker(broker),
        ...twoWires,
        ...subscribeNodes('other', broker, [`${base}/other`]),
        ...publishNodes('pub', broker, { qos: 1 }),
      ]);
      await flow.connected('sub', 'pub');
      // First nested deeply in the middle, which is noticed only when it is copied; then at the end.
      const raws = [`[${'['.repeat(20_000)}${']'.repeat(20_000)},1]`, '['.repeat(20_000) + ']'.repeat(20_000)];
      for (const raw of raws) {
        flow.inject('pub', { topic: `${base}/a`, payload: raw });
        const { error, topic, payload } = await flow.caught.next();
        assert.deepEqual(
          [error.code, error.source.id, topic, payload],
          ['payload-undecodable', 'sub', `${base}/a`, Buffer.from(raw)],
        );
      }
      flow.inject('pub', { topic: `${base}/a`, payload: 'next' });
      await flow.received('sub-out').find('the next', ({ payload }) => payload === 'next');
    });
  }

  it('have different identifiers, and the subscription identifier of MQTT 5', async () => {
    const [base, broker] = [unique('t'), unique('identifiers')];
    const flow = await loadFlow([
      server.broker(broker),
      ...subscribeNodes('sub', broker, [`${base}/a`]),
      ...publishNodes('pub', broker, { qos: 1 }),
    ]);
    await flow.connected('sub', 'pub');
    for (let count = 0; count < 5; count++) flow.inject('pub', { topic: `${base}/a`, payload: count });
    const messages = await flow.received('sub-out').first(5);
    assert.equal(new Set(messages.map(({ _msgid }) => _msgid)).size, 5);
    for (const { subscriptionIdentifier } of messages) {
      assert.equal(typeof subscriptionIdentifier, server.mqtt5 ? 'number' : 'undefined');
    }
  });

  it('include those that the node’s own connection publishes, and where they were not wanted the status and one warning say so', async () => {
    const [base, broker] = [unique('t'), unique('own')];
    const own = { filter: `${base}/a`, noLocal: true };
    const quiet = [server.broker(broker), ...subscribeNodes('quiet', broker, [own])];
    const flow = await loadFlow(quiet);
    if (server.mqtt5) await flow.connected('quiet');
    else await flow.showing('quiet', 'hears-itself');
    await flow.deploy('nodes', [...quiet, ...subscribeNodes('other', broker, [`${base}/a`])]);
    await flow.connected('other');
    await flow.showing('quiet', 'hears-itself');
    const warnings = (): number => flow.everythingTold().split('log.hearsItself').length - 1;
    assert.equal(warnings(), 1);
    await flow.deploy('nodes', quiet);
    if (!server.mqtt5) return assert.equal(warnings(), 1);
    await flow.connected('quiet');
    await flow.deploy('nodes', [...quiet, ...subscribeNodes('another', broker, [`${base}/a`])]);
    await flow.showing('quiet', 'hears-itself');
    assert.equal(warnings(), 2);
  });
});
