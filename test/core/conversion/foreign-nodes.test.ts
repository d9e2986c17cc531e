// What the broker node of aedes becomes.

import assert from 'node:assert/strict';
import { asEmbeddedBroker, FOREIGN_TYPES } from '#src/core/conversion/foreign-nodes';

describe('The broker node of aedes', () => {
  const aedes = FOREIGN_TYPES['aedes broker'];
  assert.ok(aedes);
  const convertAedes = (settings: object) => asEmbeddedBroker({ id: 'a', type: 'aedes broker', ...settings }, aedes);

  it('becomes our broker with its port, name and store', () => {
    const result = convertAedes({
      mqtt_port: '1884',
      name: 'devices',
      persistence_bind: 'level',
      d: true,
      wires: [[], []],
    });
    assert.ok(result.ok);
    const embedded = { port: 1884, bindAddress: '0.0.0.0', allowAnonymous: false, store: 'disk' };
    const expected = { id: 'a', type: 'mqtt-flows-broker', d: true, name: 'devices', connectTo: 'embedded', embedded };
    assert.deepEqual(result.node, expected);
    const plain = convertAedes({ mqtt_port: '${PORT}' });
    assert.ok(plain.ok);
    assert.deepEqual([plain.node.name, (plain.node.embedded as { port: unknown }).port], [undefined, '${PORT}']);
    const bare = convertAedes({});
    assert.ok(bare.ok);
    assert.equal((bare.node.embedded as { port: unknown }).port, 1883);
  });

  it('stays where something follows its events', () => {
    const result = convertAedes({ wires: [['debug']] });
    assert.deepEqual(result.ok ? [] : result.notes.map(({ key }) => key), ['eventsWired']);
  });
});
