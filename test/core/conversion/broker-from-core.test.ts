// What a core broker node becomes: its address, TLS, version, session and messages.

import assert from 'node:assert/strict';
import { brokerFromCore } from '#src/core/conversion/broker-from-core';
import { type ConversionOptions, conversionDefaults } from '#src/core/conversion/conversion-options';
import type { FlowNode } from '#src/core/conversion/flow-node';
import { labelOf } from '#src/core/conversion/node-label';
import { parseBrokerConfig } from '#src/settings/broker.config';
import { coreBroker } from '../../helpers/flows/core-flow';

function convert(settings: object, options: Partial<ConversionOptions> = {}) {
  const result = brokerFromCore(coreBroker('b', { ...settings }), { ...conversionDefaults, ...options });
  assert.ok(result.ok);
  const parsed = parseBrokerConfig(result.node);
  assert.ok(parsed.ok, parsed.ok ? '' : JSON.stringify(parsed.error));
  return { ...result, keys: result.notes.map(({ key }) => key) };
}

function url(settings: object): unknown {
  const [server] = convert(settings).node.servers as { url: string }[];
  return server?.url;
}

describe('core/conversion/broker-from-core', () => {
  describe('the address', () => {
    const addresses: readonly [object, string][] = [
      [{ broker: 'host', port: '1884' }, 'mqtt://host:1884'],
      [{ broker: 'host', port: '' }, 'mqtt://host:1883'],
      [{ broker: '', port: '1884' }, 'mqtt://localhost:1883'],
      // Without a port the core node takes 1883 for TLS as well.
      [{ broker: 'host', port: '', usetls: true, verifyservercert: true }, 'mqtts://host:1883'],
      [{ broker: '::1', port: 1883 }, 'mqtt://[::1]:1883'],
      [{ broker: 'ws://host:9001/mqtt', port: 1883 }, 'ws://host:9001/mqtt'],
      [{ broker: 'tcp://host', port: 1883 }, 'tcp://host'],
      [{ broker: 'ignored', url: 'mqtt://other:1885' }, 'mqtt://other:1885'],
      [{ broker: '${HOST}', port: '${PORT}' }, 'mqtt://${HOST}:${PORT}'],
    ];
    for (const [settings, expected] of addresses) {
      it(`${JSON.stringify(settings)} is ${expected}`, () => {
        // A variable has no value here.
        if (expected.includes('$')) {
          const result = brokerFromCore(coreBroker('b', { ...settings }), conversionDefaults);
          assert.ok(result.ok);
          assert.deepEqual(result.node.servers, [{ url: expected }]);
        } else assert.equal(url(settings), expected);
      });
    }

    it('is only the part that the core node reads of it', () => {
      assert.equal(url({ broker: 'host:1884', port: 1883 }), 'mqtt://host:1883');
      assert.equal(url({ broker: 'mqtt://host/path', port: 1883 }), 'mqtt://host');
      assert.deepEqual(convert({ broker: 'host:1884', port: 1883 }).keys, ['addressPart']);
    });

    it('gives its user name and password to the credentials', () => {
      const { node, keys } = convert({ broker: 'mqtt://me:s%40cret@host:1883' });
      assert.deepEqual(node.servers, [{ url: 'mqtt://host:1883' }]);
      assert.deepEqual(node.credentials, { username: 'me', password: 's@cret' });
      assert.deepEqual(keys, ['credentialsMoved']);
    });

    const withCredentials: readonly [object, string, object, object?][] = [
      [{ broker: 'me:secret@host', port: '1884' }, 'mqtt://host:1884', { username: 'me', password: 'secret' }],
      [{ broker: 'me:p@w@host:1884', port: 1883 }, 'mqtt://host:1883', { username: 'me', password: 'p@w' }],
      [{ url: 'mqtt://vhost:me:secret@host/x' }, 'mqtt://host', { username: 'vhost:me', password: 'secret' }],
      [
        { broker: 'me@host', port: 1, credentials: { user: 'x', password: 'kept' } },
        'mqtt://host:1',
        {
          username: 'me',
          password: 'kept',
          user: '',
        },
      ],
    ];
    for (const [settings, expected, credentials] of withCredentials) {
      it(`${JSON.stringify(settings)} has credentials as the core node reads them`, () => {
        const { node } = convert(settings);
        assert.deepEqual([node.servers, node.credentials], [[{ url: expected }], credentials]);
      });
    }

    it('keeps them in the address in a flow file, which has no credentials', () => {
      const { node, keys } = convert({ broker: 'me:secret@host:9', port: '1884' }, { credentials: 'address' });
      assert.deepEqual(node.servers, [{ url: 'mqtt://me:secret@host:1884' }]);
      assert.equal(node.credentials, undefined);
      assert.deepEqual(keys, ['credentialsInAddress', 'addressPart']);
    });

    it('shows no credentials, wherever it is shown', () => {
      const shown = (settings: object): string => {
        const node = coreBroker('b', { ...settings });
        const result = brokerFromCore(node, conversionDefaults);
        return JSON.stringify([result.notes, labelOf(node), result.ok && labelOf(result.node)]);
      };
      assert.doesNotMatch(shown({ name: '', broker: 'mqtt://me:secret@host:1/path' }), /secret/);
      assert.doesNotMatch(shown({ name: '', broker: 'wxs://me:secret@host:1/path' }), /secret/);
    });

    it('names the client, as the core nodes read it', () => {
      assert.equal(convert({ broker: 'ws://host/?clientId=c', clientid: 'd' }).node.clientId, 'c');
    });

    it('cannot have an unsupported scheme', () => {
      const result = brokerFromCore(coreBroker('b', { broker: 'wxs://host/mqtt' }), conversionDefaults);
      assert.ok(!result.ok);
      assert.equal(result.notes[0]?.key, 'addressInvalid');
    });

    it('that is not valid is shown with its port', () => {
      const result = brokerFromCore(coreBroker('b', { broker: 'host', port: '99999' }), conversionDefaults);
      assert.deepEqual(result.notes, [{ key: 'addressInvalid', values: { address: 'mqtt://host:99999' } }]);
    });
  });

  describe('TLS', () => {
    const secure = { broker: 'host', port: 8883, usetls: true };

    it('keeps its configuration', () => {
      const { node, added, keys } = convert({ ...secure, tls: 't' });
      assert.equal(node.tls, 't');
      assert.deepEqual([added, keys], [[], []]);
    });

    it('is not verified if the core node does not, by a TLS configuration of its own', () => {
      const { node, added, keys } = convert(secure);
      assert.deepEqual(
        added.map(({ id, type, verifyservercert }) => ({ id, type, verifyservercert })),
        [{ id: node.tls, type: 'tls-config', verifyservercert: false }],
      );
      assert.deepEqual(keys, ['tlsNotVerified']);
    });

    it('is verified on request, which the notes say', () => {
      const { node, added, keys } = convert(secure, { tls: 'verified' });
      assert.equal(node.tls, '');
      assert.deepEqual([added, keys], [[], ['tlsVerified']]);
    });

    it('is verified if the core node verifies it', () => {
      const { node, added, keys } = convert({ ...secure, verifyservercert: true });
      assert.equal(node.tls, '');
      assert.deepEqual([added, keys], [[], []]);
    });

    it('is left out without TLS, even if a configuration is left over', () => {
      assert.equal(convert({ tls: 't', usetls: false }).node.tls, '');
    });
  });

  it('uses the version of MQTT that the core node uses', () => {
    const version = (settings: object): unknown => convert(settings).node.protocolVersion;
    assert.equal(version({ protocolVersion: undefined }), 4);
    assert.equal(version({ protocolVersion: '4' }), 4);
    assert.equal(version({ protocolVersion: '5' }), 5);
    assert.equal(version({ protocolVersion: 3 }), 3);
    assert.equal(version({ protocolVersion: 4, compatmode: 'true' }), 3);
  });

  it('uses a proxy for WebSocket only', () => {
    assert.deepEqual(convert({}).node.proxy, { use: 'none', url: '' });
    assert.deepEqual(convert({ broker: 'wss://host/', verifyservercert: true }).node.proxy, {
      use: 'environment',
      url: '',
    });
  });

  it('keeps a session only with a client identifier, and says that the server then collects messages', () => {
    assert.equal(convert({ cleansession: false }).node.cleanStart, true);
    const kept = convert({ cleansession: false, clientid: 'c' });
    assert.equal(kept.node.cleanStart, false);
    assert.deepEqual(kept.keys, ['keptSession']);
    assert.deepEqual(convert({ cleansession: false, clientid: 'c', autoUnsubscribe: false }).keys, []);
    const mqtt5 = { cleansession: false, clientid: 'c', protocolVersion: '5' };
    assert.deepEqual(convert({ ...mqtt5, sessionExpiry: '60' }).keys, ['keptSession']);
    // The session ends with the connection, so nothing is kept.
    assert.deepEqual(convert({ ...mqtt5, sessionExpiry: '' }).keys, []);
  });

  it('names each text in which a variable would be replaced', () => {
    const userProps = JSON.stringify({ clientId: 'x${A}', whole: '${W}', b: 'c' });
    assert.deepEqual(
      convert({ clientid: 'y${B}', protocolVersion: '5', userProps }).notes.map(({ values }) => values.property),
      ['clientId', 'userProperties["clientId"]', 'userProperties["whole"]'],
    );
  });

  it('sets explicitly what blank means: keepalive 0, and a session that ends with the connection', () => {
    assert.equal(convert({ keepalive: '' }).node.keepalive, 0);
    assert.equal(convert({ keepalive: undefined }).node.keepalive, 60);
    const kept = { cleansession: false, clientid: 'c', protocolVersion: '5' };
    assert.equal(convert({ ...kept, sessionExpiry: '' }).node.sessionExpiryInterval, 0);
    assert.equal(convert({ ...kept, sessionExpiry: '60' }).node.sessionExpiryInterval, 60);
    assert.equal(convert({ ...kept, protocolVersion: 4 }).node.sessionExpiryInterval, '');
  });

  it('keeps birth, close and will, with their properties for MQTT 5', () => {
    const msg = {
      contentType: 'text/plain',
      userProps: '{"a":1,"b":"x"}',
      respTopic: 'r',
      correl: 'c',
      expiry: '5',
      delay: '7',
    };
    const will = { willTopic: 'w', willPayload: 'gone', willQos: '1', willRetain: 'true', willMsg: msg };
    const expected = {
      contentType: 'text/plain',
      responseTopic: 'r',
      correlationData: 'c',
      messageExpiryInterval: 5,
      willDelayInterval: 7,
      userProperties: { a: '1', b: 'x' },
    };
    const five = convert({ ...will, protocolVersion: '5' }).node.will;
    assert.deepEqual(five, { topic: 'w', payload: 'gone', qos: 1, retain: true, properties: expected });
    assert.deepEqual((convert(will).node.will as FlowNode).properties, {});
  });

  it('leaves out a message that the core node never sends', () => {
    const { node, notes } = convert({ birthTopic: 'a/#', birthPayload: 'x' });
    assert.equal((node.birth as FlowNode).topic, '');
    assert.deepEqual(notes, [{ key: 'presenceTopic', values: { name: 'birth', topic: 'a/#' } }]);
  });

  it('is not converted if its client identifier would be read as a template', () => {
    assert.equal(brokerFromCore(coreBroker('b', { clientid: 'a{{b}}' }), conversionDefaults).ok, false);
  });

  it('keeps variables of numbers, the former name of the session expiry, and the flow of a TLS configuration', () => {
    const saved = { keepalive: '${KEEP}', cleansession: false, protocolVersion: '5', usetls: true, z: 'subflow' };
    const result = brokerFromCore(coreBroker('b', { ...saved, sessionExpiry: '${EXPIRY}' }), conversionDefaults);
    assert.ok(result.ok);
    assert.deepEqual([result.node.keepalive, result.node.sessionExpiryInterval], ['${KEEP}', '${EXPIRY}']);
    assert.deepEqual(
      result.added?.map(({ type, z }) => [type, z]),
      [['tls-config', 'subflow']],
    );
    const former = { cleansession: false, protocolVersion: '5', sessionExpiry: undefined, sessionExpiryInterval: 60 };
    assert.equal(convert(former).node.sessionExpiryInterval, 60);
    assert.equal(convert({ keepalive: 'soon' }).node.keepalive, 60);
  });

  it('passes on credentials under our names', () => {
    const { node } = convert({ credentials: { user: 'me', password: 'secret' } });
    assert.deepEqual(node.credentials, { username: 'me', user: '', password: 'secret' });
    assert.equal('credentials' in convert({}).node, false);
  });
});
