// What the runtime reads of the settings about devices, and which it refuses.

import assert from 'node:assert/strict';
import { parseBrokerConfig } from '#src/settings/broker.config';
import { listenerDefaults, needsUsers, userDefaults } from '#src/settings/broker.devices.config';

const ANN = { ...userDefaults, name: 'ann' };

function read(embedded: unknown) {
  return parseBrokerConfig({ connectTo: 'embedded', embedded });
}

describe('settings about devices', () => {
  it('are absent from older flows, which open no port', () => {
    for (const saved of [undefined, { port: '', bindAddress: '127.0.0.1', allowAnonymous: true }]) {
      const result = read(saved);
      assert.ok(result.ok && result.config.connectTo === 'embedded');
      assert.deepEqual(result.config.devices, { listeners: [], users: [], anonymous: undefined });
      assert.equal(result.config.listen, undefined);
    }
  });

  it('have the usual values where a property is blank', () => {
    const result = read({
      listeners: [{ kind: 'ws', port: '' }, { kind: 'path' }, { kind: 'tls' }],
      users: [{ name: 'x' }],
    });
    assert.ok(result.ok && result.config.connectTo === 'embedded');
    const { listeners, users } = result.config.devices;
    assert.deepEqual(listeners, [
      { kind: 'ws', port: 9001, bindAddress: '0.0.0.0', clientCertificate: 'none' },
      { kind: 'path', path: '/mqtt' },
      { kind: 'tls', port: 8883, bindAddress: '0.0.0.0', clientCertificate: 'none' },
    ]);
    const [user] = users;
    assert.deepEqual(
      [user?.publish, user?.subscribe].map((each) => each?.map(({ template }) => template.text)),
      [['#'], ['#']],
    );
  });

  for (const [property, embedded] of [
    ['embedded.users', { users: [ANN, ANN] }],
    ['embedded.users[0].publish', { users: [{ ...ANN, publish: ['a/{{client}}'] }] }],
    ['embedded.users[0].subscribe', { users: [{ ...ANN, subscribe: 'a' }] }],
    ['embedded.users[0].name', { users: [{ ...ANN, name: '' }] }],
    ['embedded.anonymous.publish', { anonymous: { allow: true, publish: ['#/a'] } }],
    ['embedded.listeners[0].port', { listeners: [{ ...listenerDefaults, port: 70_000 }] }],
    ['embedded.listeners[0].kind', { listeners: [{ ...listenerDefaults, kind: 'quic' }] }],
    ['embedded.listeners[0].path', { listeners: [{ ...listenerDefaults, kind: 'path', path: 'a b' }] }],
  ] as const) {
    it(`refuse a bad ${property}`, () => {
      const result = read(embedded);
      assert.equal(result.ok ? undefined : result.error.params.property, property);
    });
  }

  for (const [kind, bindAddress, needed] of [
    ['tcp', '127.0.0.1', false],
    ['tls', '::1', false],
    ['tcp', '0.0.0.0', true],
    ['tcp', '::', true],
    ['tls', '192.0.2.1', true],
    ['tcp', 'example.invalid', true],
    // Any web page may open a WebSocket to the computer it is shown on.
    ['ws', '127.0.0.1', true],
    ['wss', '127.0.0.1', true],
  ] as const) {
    it(`say that ${kind} on ${bindAddress} ${needed ? 'needs users' : 'may be open'}`, () => {
      assert.equal(needsUsers({ kind, port: 1, bindAddress, clientCertificate: 'none' }), needed);
    });
  }
});
