// What `msg.broker` may contain, and what is refused.

import assert from 'node:assert/strict';
import type { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { type ConnectOverrides, readConnectAction } from '#src/core/servers/connect-action';
import { parseServerUrl, type ServerAddress } from '#src/core/servers/server-url';

function address(url: string): ServerAddress {
  const result = parseServerUrl(url);
  return result.ok ? result.address : assert.fail(url);
}

const configured = address('mqtt://house:1884');

function overridesOf(broker: object, from = configured): ConnectOverrides | undefined {
  const result = readConnectAction(broker, from);
  return result.ok ? result.action.overrides : assert.fail(JSON.stringify(result.error.params));
}

function errorOf(broker: unknown, embedded = false): MqttFlowsError {
  const result = readConnectAction(broker, embedded ? undefined : configured);
  return result.ok ? assert.fail('it was taken') : result.error;
}

describe('The connect action', () => {
  it('needs no overrides, and may force', () => {
    const none = { ok: true, action: { force: false, overrides: undefined } };
    for (const broker of [undefined, null, {}, { url: undefined, username: null }]) {
      assert.deepEqual(readConnectAction(broker, configured), none);
    }
    assert.deepEqual(readConnectAction({ force: true }, configured), {
      ok: true,
      action: { force: true, overrides: undefined },
    });
  });

  for (const [broker, url] of [
    [{ url: 'wss://other/mqtt' }, 'wss://other/mqtt'],
    [{ url: 'mqtt://other:1', broker: 'third', port: 2 }, 'mqtt://other:1'],
    [{ broker: 'mqtts://other:1' }, 'mqtts://other:1'],
    [{ broker: 'other' }, 'mqtt://other:1884'],
    [{ broker: 'other', port: '1885' }, 'mqtt://other:1885'],
    [{ broker: '::1', port: 1 }, 'mqtt://[::1]:1'],
    [{ broker: '[::1]', port: 1 }, 'mqtt://[::1]:1'],
    [{ port: 8883, usetls: true }, 'mqtts://house:8883'],
    [{ usetls: 'false' }, 'mqtt://house:1884'],
    [{ url: 'mqtt+unix:///run/m.sock' }, 'mqtt+unix:///run/m.sock'],
    [{ broker: 'mqtt+unix:///run/m.sock', port: 1 }, 'mqtt+unix:///run/m.sock'],
    [{ broker: 'fe80::1%eth0' }, 'mqtt://[fe80::1%eth0]:1884'],
    // As the core nodes read it: the port has a name of its own, and there is no path.
    [{ broker: 'other:1885' }, 'mqtt://other:1884'],
    [{ broker: 'other:1885', port: 1886 }, 'mqtt://other:1886'],
    [{ url: 'mqtt://other:1885/path' }, 'mqtt://other:1885'],
  ] as const) {
    it(`names a server: ${JSON.stringify(broker)}`, () => {
      assert.deepEqual(overridesOf(broker), { server: address(url) });
    });
  }

  for (const [broker, who] of [
    [{ url: 'mqtt://me:s%40cret@other:1' }, { username: 'me', password: 's@cret' }],
    [
      { url: 'mqtt://me@other:1', password: 'given' },
      { username: 'me', password: 'given' },
    ],
    [
      { url: 'mqtt://me:secret@other:1', username: 'you', password: 'yours' },
      { username: 'me', password: 'secret' },
    ],
    [
      { broker: 'me:secret@other', port: 1 },
      { username: 'me', password: 'secret' },
    ],
    [
      { broker: 'vhost:me:secret@other:1884', port: 1 },
      { username: 'vhost:me', password: 'secret' },
    ],
    [{ url: 'mqtt://other:1?clientId=c', clientid: 'd' }, { clientId: 'c' }],
  ] as const) {
    it(`takes who connects from the address: ${JSON.stringify(broker)}`, () => {
      assert.deepEqual(overridesOf(broker), { server: address('mqtt://other:1'), ...who });
    });
  }

  it('keeps no port and no scheme of a Unix socket', () => {
    const socket = address('mqtt+unix:///run/m.sock');
    assert.deepEqual(overridesOf({ broker: 'other' }, socket), { server: address('mqtt://other:1883') });
    assert.deepEqual(overridesOf({ port: 1884, usetls: true }, socket), { server: address('mqtts://localhost:1884') });
  });

  it('keeps the path of a WebSocket server', () => {
    assert.deepEqual(overridesOf({ port: 81 }, address('ws://house/mqtt')), { server: address('ws://house:81/mqtt') });
  });

  it('sets client, credentials, keep-alive and version', () => {
    const who = { clientid: 'c', username: 'u', password: 'file:/etc/hostname', keepalive: '5', protocolVersion: '4' };
    assert.deepEqual(overridesOf(who), {
      clientId: 'c',
      username: 'u',
      password: 'file:/etc/hostname',
      keepalive: 5,
      protocolVersion: 4,
    });
    assert.deepEqual(overridesOf({ clientid: '', username: '', password: '' }), { username: '', password: '' });
  });

  for (const [broker, property] of [
    ['mqtt://other', 'msg.broker'],
    [[], 'msg.broker'],
    [7, 'msg.broker'],
    [Buffer.from('x'), 'msg.broker'],
    [{ clientId: 'c' }, 'msg.broker.clientId'],
    [{ verifyservercert: false }, 'msg.broker.verifyservercert'],
    [{ url: {} }, 'msg.broker.url'],
    [{ broker: 7 }, 'msg.broker.broker'],
    [{ broker: 'a\0b' }, 'msg.broker.broker'],
    [{ port: 0 }, 'msg.broker.port'],
    [{ port: 65_536 }, 'msg.broker.port'],
    [{ port: [1883] }, 'msg.broker.port'],
    [{ port: '' }, 'msg.broker.port'],
    [{ usetls: 'yes' }, 'msg.broker.usetls'],
    [{ force: 1 }, 'msg.broker.force'],
    [{ clientid: 7 }, 'msg.broker.clientid'],
    [{ username: { toString: null } }, 'msg.broker.username'],
    [{ password: 'x'.repeat(65_536) }, 'msg.broker.password'],
    [{ keepalive: -1 }, 'msg.broker.keepalive'],
    [{ keepalive: Number.NaN }, 'msg.broker.keepalive'],
    [{ keepalive: Symbol('x') }, 'msg.broker.keepalive'],
    [{ protocolVersion: 6 }, 'msg.broker.protocolVersion'],
    [{ cleansession: 'no' }, 'msg.broker.cleansession'],
    [{ sessionExpiryInterval: -1 }, 'msg.broker.sessionExpiryInterval'],
    [{ receiveMaximum: 0 }, 'msg.broker.receiveMaximum'],
    [{ topicAliasMaximum: 65_536 }, 'msg.broker.topicAliasMaximum'],
    [{ userProperties: 'x' }, 'msg.broker.userProperties'],
    [{ compatmode: 'yes' }, 'msg.broker.compatmode'],
    [{ birth: { topic: 7, payload: 'a' } }, 'msg.broker.birth'],
    [{ birth: { topic: 'a', retain: 'yes' } }, 'msg.broker.birth'],
    [{ close: { topic: 'a', qos: 3 } }, 'msg.broker.close'],
    [{ will: { topic: 'a', properties: 'x' } }, 'msg.broker.will'],
    [JSON.parse('{"__proto__": {"url": "mqtt://other"}}'), 'msg.broker.__proto__'],
    [{ constructor: 'x' }, 'msg.broker.constructor'],
  ] as const) {
    it(`refuses an invalid value, and names it: ${property}`, () => {
      const { code, stage, params } = errorOf(broker);
      assert.deepEqual([code, stage, params.property], ['property-invalid', 'control', property]);
    });
  }

  for (const url of ['http://other', 'mqtt://', 'mqtt://user:known-to-nobody@', 'mqtt://user:known-to@nobody@o ther']) {
    it(`refuses an invalid address: ${url}`, () => {
      const { code, params } = errorOf({ url });
      assert.equal(code, 'server-url-invalid');
      assert.equal(JSON.stringify(params).includes('known'), false);
    });
  }

  it('changes the session, and the messages that the connection sends by itself', () => {
    const will = { topic: 'gone', payload: 'x', qos: '1', retain: 'true', properties: { willDelayInterval: 3 } };
    assert.deepEqual(overridesOf({ cleansession: 'false', sessionExpiry: '60', will, birth: '', close: {} }), {
      cleanStart: false,
      properties: { sessionExpiryInterval: 60 },
      messages: {
        will: { ...will, qos: 1, retain: true },
        birth: { topic: '', payload: '', qos: 0, retain: false, properties: {} },
        close: { topic: '', payload: '', qos: 0, retain: false, properties: {} },
      },
    });
  });

  it('changes the limits and user properties of CONNECT', () => {
    const limits = { receiveMaximum: 5, maximumPacketSize: 1000, topicAliasMaximum: 0 };
    assert.deepEqual(overridesOf({ ...limits, userProperties: { a: 'b' } }), {
      properties: limits,
      userProperties: { a: 'b' },
    });
  });

  it('accepts the short names and forms of the core nodes, and refuses what it cannot do', () => {
    assert.deepEqual(overridesOf({ compatmode: true }), { protocolVersion: 3 });
    assert.deepEqual(overridesOf({ compatmode: 'false' }), {});
    assert.deepEqual(overridesOf({ userProps: '{"a":"b"}', autoConnect: 'true', autoUnsubscribe: false }), {
      userProperties: { a: 'b' },
    });
    assert.equal(errorOf({ autoUnsubscribe: true }).params.property, 'msg.broker.autoUnsubscribe');
    const short = {
      respTopic: 'r',
      correl: 'c',
      expiry: 5,
      delay: 3,
      userProps: '{"x":"y"}',
      contentType: 'text/plain',
    };
    assert.deepEqual(overridesOf({ will: { topic: 'gone', properties: short } })?.messages?.will?.properties, {
      responseTopic: 'r',
      correlationData: 'c',
      messageExpiryInterval: 5,
      willDelayInterval: 3,
      userProperties: { x: 'y' },
      contentType: 'text/plain',
    });
    assert.equal(errorOf({ will: { topic: 'gone', properties: { exipry: 5 } } }).params.property, 'msg.broker.will');
  });

  it('cannot disable the verification of certificates, and says where that is done', () => {
    assert.equal(errorOf({ verifyservercert: false }).params.expectedKey, 'expected.verifiedByTls');
  });

  it('shows no value that may be a secret', () => {
    for (const name of ['username', 'password', 'clientid', 'url', 'broker', 'psssword']) {
      const { params } = errorOf({ [name]: `${'known-to-nobody'.repeat(5000)}` });
      assert.equal(JSON.stringify(params).includes('known'), false, name);
    }
  });

  it('cannot send the embedded broker elsewhere', () => {
    assert.equal(errorOf({ url: 'mqtt://other' }, true).params.property, 'msg.broker.url');
    assert.equal(readConnectAction({ clientid: 'c' }, undefined).ok, true);
  });
});
