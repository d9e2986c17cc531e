// What the broker node of aedes becomes.

import assert from 'node:assert/strict';
import { asEmbeddedBroker, FOREIGN_TYPES } from '#src/core/conversion/foreign-nodes';
import { parseBrokerConfig } from '#src/settings/broker.config';

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

  it('listens for WebSocket at the same port or path of Node-RED', () => {
    const listeners = (settings: object): unknown => {
      const result = convertAedes(settings);
      assert.ok(result.ok);
      const parsed = parseBrokerConfig(result.node);
      assert.ok(parsed.ok && parsed.config.connectTo === 'embedded');
      return parsed.config.devices.listeners;
    };
    const anywhere = { bindAddress: '0.0.0.0', clientCertificate: 'none' };
    const byPort = { mqtt_ws_bind: 'port', mqtt_ws_port: '8080', mqtt_ws_path: '/unused' };
    assert.deepEqual(listeners(byPort), [{ kind: 'ws', port: 8080, ...anywhere }]);
    assert.deepEqual(listeners({ mqtt_ws_bind: 'path', mqtt_ws_path: 'mqtt' }), [{ kind: 'path', path: '/mqtt' }]);
    assert.deepEqual(listeners({ mqtt_ws_bind: 'path', mqtt_ws_port: '8080', mqtt_ws_path: '' }), []);
    assert.deepEqual(listeners({ mqtt_ws_bind: 'port', mqtt_ws_port: null }), []);
    assert.deepEqual(listeners({ ...byPort, usetls: true, mqtt_port: 8883 }), [
      { kind: 'tls', port: 8883, ...anywhere },
      { kind: 'wss', port: 8080, ...anywhere },
    ]);
  });

  it('takes its certificate from a TLS configuration, in which it has to be entered again', () => {
    const result = convertAedes({ usetls: true, mqtt_port: '8883', cert: '/c.pem', key: '/k.pem' });
    assert.ok(result.ok);
    const [tls] = result.added;
    assert.deepEqual([tls?.type, tls?.cert, tls?.key], ['tls-config', '/c.pem', '/k.pem']);
    assert.equal(result.node.listenerTls, tls?.id);
    assert.equal((result.node.embedded as { port: unknown }).port, '');
    assert.ok(result.notes.some(({ key }) => key === 'serverTls'));
  });

  it('is not converted if a node is wired to its events', () => {
    const result = convertAedes({ wires: [['debug']] });
    assert.deepEqual(result.ok ? [] : result.notes.map(({ key }) => key), ['eventsWired']);
  });
});
