// What our broker nodes become as nodes of the core, and what is said of that which is lost.

import assert from 'node:assert/strict';
import { brokerToCore } from '#src/core/conversion/broker-to-core';
import { subscribeToCore } from '#src/core/conversion/subscribe-to-core';
import { broker, convert, subscriber } from './saved-nodes';

describe('A broker node as one of the core', () => {
  const addresses: readonly [string, object][] = [
    ['mqtt://host:1884', { broker: 'host', port: '1884', usetls: false }],
    ['mqtt://host', { broker: 'host', port: '1883', usetls: false }],
    ['host', { broker: 'host', port: '1883', usetls: false }],
    ['mqtts://host', { broker: 'host', port: '8883', usetls: true, verifyservercert: true }],
    ['ssl://host/', { broker: 'host', port: '8883', usetls: true }],
    ['mqtt://[fe80::1]:1884', { broker: 'fe80::1', port: '1884' }],
    ['wss://host/mqtt', { broker: 'wss://host/mqtt', port: '', usetls: true }],
    ['mqtt://${HOST}:${PORT}', { broker: '${HOST}', port: '${PORT}' }],
    ['', { broker: 'localhost', port: '1883' }],
  ];
  for (const [url, expected] of addresses) {
    it(`has the address ${url || '(none)'} in the fields of the core`, () => {
      const { node } = convert(brokerToCore, broker({ servers: [{ url }] }));
      for (const [name, value] of Object.entries(expected)) assert.equal(node?.[name], value, name);
    });
  }

  it('takes the first server, and says that there are others', () => {
    const { node, said } = convert(brokerToCore, broker({ servers: [{ url: 'a' }, { url: 'b' }], protocolVersion: 5 }));
    assert.deepEqual([node?.broker, said], ['a', ['severalServers']]);
    assert.equal(convert(brokerToCore, broker({ servers: 'none', protocolVersion: 4 })).node?.broker, 'localhost');
  });

  it('names the first server without what is secret in its address', () => {
    const address = (url: string): unknown =>
      brokerToCore(broker({ servers: [{ url }, { url: 'b' }] })).notes.find(({ key }) => key === 'severalServers')
        ?.values.address;
    assert.equal(address('mqtt://me:secret@host:1884'), '…@host');
    assert.equal(address('wss://me:secret@host/mqtt?signature=secret'), 'wss://…@host/mqtt?…');
  });

  it('keeps a session as long as it was, where the core can', () => {
    const kept = { cleanStart: false, clientId: 'me', servers: [] };
    const expiry = (settings: object): unknown =>
      convert(brokerToCore, broker({ ...kept, ...settings })).node?.sessionExpiry;
    assert.equal(expiry({ protocolVersion: 5, sessionExpiryInterval: '' }), '4294967295');
    assert.equal(expiry({ protocolVersion: 5, sessionExpiryInterval: 60 }), '60');
    assert.equal(expiry({ protocolVersion: 4, sessionExpiryInterval: '' }), '');
    const { said } = convert(brokerToCore, broker({ ...kept, clientId: '', protocolVersion: 5 }));
    assert.deepEqual(said, ['sessionNeedsClientId']);
  });

  it('has birth, close and will with their properties', () => {
    const properties = {
      contentType: 'text/plain',
      responseTopic: 'r',
      correlationData: 'c',
      messageExpiryInterval: 5,
    };
    const will = {
      topic: 't',
      payload: 'gone',
      qos: 1,
      retain: true,
      properties: { ...properties, userProperties: { a: 'b' } },
    };
    const { node } = convert(brokerToCore, broker({ will, birth: 'broken', userProperties: { u: 'v' } }));
    assert.deepEqual(
      [node?.willTopic, node?.willQos, node?.willRetain, node?.willPayload, node?.willMsg],
      [
        't',
        '1',
        'true',
        'gone',
        { contentType: 'text/plain', respTopic: 'r', correl: 'c', expiry: 5, userProps: '{"a":"b"}' },
      ],
    );
    assert.deepEqual([node?.birthTopic, node?.birthQos, node?.birthMsg], ['', '0', {}]);
    assert.equal(node?.userProps, '{"u":"v"}');
  });

  it('keeps a variable within a text, and notes where it was replaced', () => {
    const will = { topic: 'a/${x}', payload: 'is ${y}', qos: 0, retain: false, properties: {} };
    const kept = convert(brokerToCore, broker({ protocolVersion: 4, will: { ...will, literal: true } }));
    assert.deepEqual([kept.node?.willTopic, kept.node?.willPayload, kept.said], ['a/${x}', 'is ${y}', []]);
    const replaced = convert(brokerToCore, broker({ protocolVersion: 4, will }));
    assert.deepEqual(replaced.said, ['variableStays: will.topic', 'variableStays: will.payload']);
    const subscriptions = [{ filter: 'a/${x}', qos: 0 }];
    assert.ok(convert(subscribeToCore, subscriber({ subscriptions })).said.includes('variableStays: filter'));
    const literal = convert(subscribeToCore, subscriber({ subscriptions: [{ ...subscriptions[0], literal: true }] }));
    assert.deepEqual([literal.node?.topic, literal.said], ['a/${x}', ['storedMessages']]);
  });

  it('notes a variable within the address, the client identifier or the credentials, which the core takes as it is', () => {
    const said = (settings: object): string[] =>
      convert(brokerToCore, broker({ protocolVersion: 4, ...settings })).said;
    const address = (url: string): string[] => said({ servers: [{ url }] });
    const noted = ['variableStays: servers[0].url'];
    assert.deepEqual(address('mqtt://srv.${SITE}.lan:1883'), noted);
    assert.deepEqual(address('wss://${HOST}/mqtt'), noted);
    assert.deepEqual(address('mqtt://${HOST}:1${NUMBER}'), noted);
    for (const whole of ['mqtt://${HOST}:${PORT}', 'mqtts://${HOST}', '${SERVER}'])
      assert.deepEqual(address(whole), []);
    assert.deepEqual(said({ clientId: 'nr-${SITE}' }), ['variableStays: clientId']);
    assert.deepEqual(said({ clientId: '${SITE}' }), []);
    const credentials = { username: 'u-${SITE}', password: '${PASSWORD}' };
    assert.deepEqual(said({ credentials }), ['variableStays: username']);
  });

  it('notes every variable in user properties, which are JSON text in the core', () => {
    const userProperties = { a: '${A}', b: 'b-${B}', c: '$(C)', d: 'd' };
    const said = (settings: object): string[] =>
      convert(brokerToCore, broker({ protocolVersion: 5, ...settings })).said;
    const noted = (before: string): string[] =>
      ['a', 'b', 'c'].map((name) => `variableStays: ${before}userProperties["${name}"]`);
    assert.deepEqual(said({ userProperties }), noted(''));
    const properties = { contentType: '${TYPE}', responseTopic: 'a/${x}', correlationData: 'c${y}', userProperties };
    const birth = { topic: 'a', payload: '', qos: 0, retain: false, properties };
    assert.deepEqual(said({ birth }), [
      'variableStays: birth.properties.responseTopic',
      'variableStays: birth.properties.correlationData',
      ...noted('birth.properties.'),
    ]);
    // Node-RED itself replaces a whole text, here as elsewhere.
    const [whole = '', , old = ''] = noted('birth.properties.');
    assert.deepEqual(said({ birth: { ...birth, literal: true } }), [whole, old]);
  });

  it('has the first of several values of a user property, and notes the others and the format indicator', () => {
    const userProperties = { a: ['1', '2'], b: ['3'], c: '4', d: [] };
    const properties = { userProperties, payloadFormatIndicator: true };
    const will = { topic: 'a', payload: '', qos: 0, retain: false, properties };
    const { node, said } = convert(brokerToCore, broker({ protocolVersion: 5, userProperties, will }));
    const first = '{"a":"1","b":"3","c":"4"}';
    assert.deepEqual([node?.userProps, node?.willMsg], [first, { userProps: first }]);
    assert.deepEqual(said, [
      'settingLost: userProperties["a"]',
      'settingLost: will.properties.payloadFormatIndicator',
      'settingLost: will.properties.userProperties["a"]',
    ]);
  });

  it('loses a payload of bytes', () => {
    const will = { topic: 'a', payload: '[1,2]', payloadType: 'bin', qos: 0, retain: false, properties: {} };
    const { node, said } = convert(brokerToCore, broker({ protocolVersion: 4, will }));
    assert.deepEqual([node?.willPayload, said], ['', ['settingLost: will.payload']]);
  });

  it('notes settings that the core nodes do not have', () => {
    const settings = {
      protocolVersion: 'auto',
      clientId: 'me-{{hostname}}',
      proxy: { use: 'url', url: 'http://p' },
      reconnect: { minDelay: 5, maxDelay: 10 },
      webSocket: { headers: [{ name: 'a', value: 'b' }], subprotocol: 'mqttv3.1' },
      ...{ receiveMaximum: 5, maximumPacketSize: 1000, topicAliasMaximum: 3 },
      outbox: { store: 'disk' },
    };
    const lost = ['proxy', 'reconnect.minDelay', 'webSocket.headers', 'webSocket.subprotocol'];
    const limits = ['receiveMaximum', 'maximumPacketSize', 'topicAliasMaximum'];
    assert.deepEqual(convert(brokerToCore, broker(settings)).said, [
      'versionFixed',
      'template: clientId',
      ...[...lost, ...limits].map((property) => `settingLost: ${property}`),
      'outboxLost',
    ]);
    const broken = { proxy: 1, reconnect: 1, webSocket: 1, outbox: 1, protocolVersion: 5 };
    assert.deepEqual(convert(brokerToCore, broker(broken)).said, []);
  });

  it('has the user name under the name of the core', () => {
    const credentials = (own: object): unknown => convert(brokerToCore, broker({ credentials: own })).node?.credentials;
    assert.deepEqual(credentials({ username: 'u', password: 'p' }), { user: 'u', password: 'p' });
    assert.deepEqual(credentials({ password: 'p' }), { password: 'p' });
  });

  it('cannot be converted if the broker is inside Node-RED', () => {
    assert.deepEqual(convert(brokerToCore, broker({ connectTo: 'embedded' })), {
      node: undefined,
      said: ['embeddedBroker'],
    });
  });
});
