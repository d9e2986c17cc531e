// What our broker and publish nodes become as nodes of the core, and what is said of that which is lost.

import assert from 'node:assert/strict';
import { brokerFromCore } from '#src/core/conversion/broker-from-core';
import { brokerToCore } from '#src/core/conversion/broker-to-core';
import { conversionDefaults } from '#src/core/conversion/conversion-options';
import type { FlowNode } from '#src/core/conversion/flow-node';
import { publishFromCore } from '#src/core/conversion/publish-from-core';
import { publishToCore } from '#src/core/conversion/publish-to-core';
import { subscribeFromCore } from '#src/core/conversion/subscribe-from-core';
import { subscribeToCore } from '#src/core/conversion/subscribe-to-core';
import { brokerDefaults } from '#src/settings/broker.config';
import { publishDefaults } from '#src/settings/publish.config';
import { subscribeDefaults } from '#src/settings/subscribe.config';

function broker(settings: object): FlowNode {
  return { id: 'b', type: 'mqtt-flows-broker', ...brokerDefaults, connectTo: 'server', ...settings };
}

function subscriber(settings: object): FlowNode {
  return { id: 's', z: 'f', type: 'mqtt-flows-subscribe', ...subscribeDefaults, wires: [[]], ...settings };
}

function publisher(settings: object): FlowNode {
  return { id: 'p', z: 'f', type: 'mqtt-flows-publish', ...publishDefaults, wires: [[]], ...settings };
}

/** The node, and the keys of what is said, with the property where one is named. */
function convert(convertOne: (node: FlowNode) => ReturnType<typeof brokerToCore>, node: FlowNode) {
  const result = convertOne(node);
  const said = result.notes.map(({ key, values }) => ('property' in values ? `${key}: ${values.property}` : key));
  return { node: result.ok ? result.node : undefined, said };
}

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

describe('A publish node as one of the core', () => {
  it('has fixed values, variables and what the message says', () => {
    const { node } = convert(
      publishToCore,
      publisher({ ...{ topic: 'a/b', topicType: 'str' }, qos: '1', retain: true }),
    );
    assert.deepEqual([node?.topic, node?.qos, node?.retain], ['a/b', '1', 'true']);
    const variable = convert(
      publishToCore,
      publisher({ topic: 'TOPIC', topicType: 'env', qos: 'qos', qosType: 'msg' }),
    );
    assert.deepEqual([variable.node?.topic, variable.node?.qos], ['${TOPIC}', '']);
    assert.equal(convert(publishToCore, publisher({ topic: '"{{x}}"', topicType: 'jsonata' })).node?.topic, '{{x}}');
  });

  it('notes a property that is never sent, and a second value of a user property', () => {
    const userProperties = [
      { name: 'a', value: '1', type: 'str' },
      { name: 'a', value: '2', type: 'str' },
    ];
    const properties = {
      contentType: { type: 'none', value: '' },
      responseTopic: { type: 'str', value: '' },
      userProperties,
    };
    const { node, said } = convert(publishToCore, publisher({ topic: 'a', properties }));
    assert.deepEqual([node?.contentType, node?.userProps], ['', '{"a":"1"}']);
    assert.deepEqual(said, ['settingLost: contentType', 'settingLost: userProperties["a"]', 'whileOffline']);
  });

  it('notes a variable within a text, which the core takes as it is', () => {
    const topic = (value: string, topicType: string) => convert(publishToCore, publisher({ topic: value, topicType }));
    for (const type of ['str', 'env']) {
      const { node, said } = topic('plant/${SITE}/set', type);
      assert.deepEqual([node?.topic, said], ['plant/${SITE}/set', ['variableStays: topic', 'whileOffline']]);
    }
    for (const [value, type] of [
      ['${SITE}', 'str'],
      ['${SITE}', 'env'],
      ['SITE', 'env'],
    ] as const) {
      const { node, said } = topic(value, type);
      assert.deepEqual([node?.topic, said], ['${SITE}', ['whileOffline']]);
    }
    // A text in JSONata is not replaced here either.
    const { node, said } = topic('"plant/${SITE}/set"', 'jsonata');
    assert.deepEqual([node?.topic, said], ['plant/${SITE}/set', ['whileOffline']]);
    assert.deepEqual(topic('"${SITE}"', 'jsonata').said, ['valueFromElsewhere: topic']);
  });

  it('notes a variable within a property, and each in user properties, which are JSON text in the core', () => {
    const properties = {
      contentType: { value: 'x/${TYPE}', type: 'str' },
      responseTopic: { value: '${ANSWER}', type: 'str' },
      correlationData: { value: '"c-${x}"', type: 'jsonata' },
      userProperties: [
        { name: 'a', value: '${A}', type: 'str' },
        { name: 'b', value: 'B', type: 'env' },
        { name: 'c-${C}', value: 'c', type: 'str' },
        { name: 'd', value: '"${D}"', type: 'jsonata' },
      ],
    };
    const { node, said } = convert(publishToCore, publisher({ properties }));
    assert.deepEqual(
      [node?.contentType, node?.respTopic, node?.correl, node?.userProps],
      ['x/${TYPE}', '${ANSWER}', 'c-${x}', '{"a":"${A}","b":"${B}","c-${C}":"c","d":"${D}"}'],
    );
    assert.deepEqual(said, [
      'variableStays: contentType',
      ...['a', 'b', 'c-${C}'].map((name) => `variableStays: userProperties["${name}"]`),
      'whileOffline',
    ]);
  });

  for (const [settings, property] of [
    [{ topic: 'a/{{x}}', topicType: 'str' }, 'topic'],
    [{ topic: 'payload.topic', topicType: 'msg' }, 'topic'],
    [{ topic: 'x', topicType: 'flow' }, 'topic'],
    [{ topic: 'x & y', topicType: 'jsonata' }, 'topic'],
    [{ topic: '1', topicType: 'jsonata' }, 'topic'],
    [{ topic: '', topicType: 'env' }, 'topic'],
    [{ qos: 'x', qosType: 'global' }, 'qos'],
    [{ payload: '{ "a": {{payload}} }', payloadType: 'json' }, 'payload'],
    [{ payload: 'data', payloadType: 'msg' }, 'payload'],
    [{ retain: 'clear' }, 'retain'],
  ] as const) {
    it(`cannot be converted if a value has another source: ${JSON.stringify(settings)}`, () => {
      const { node, said } = convert(publishToCore, publisher(settings));
      assert.deepEqual([node, said], [undefined, [`valueFromElsewhere: ${property}`]]);
    });
  }

  it('cannot be converted if a node is wired to its output', () => {
    const { node, said } = convert(publishToCore, publisher({ wires: [['next']] }));
    assert.deepEqual([node, said], [undefined, ['outputWired']]);
  });

  it('has the properties that the core has, and says which are lost', () => {
    const properties = {
      contentType: { value: 'text/plain', type: 'str' },
      responseTopic: { value: 'x', type: 'flow' },
      payloadFormatIndicator: { value: 'true', type: 'bool' },
      messageExpiryInterval: { value: '', type: 'num' },
      correlationData: 'broken',
      userProperties: [{ name: 'a', value: 'b', type: 'str' }, { name: 'c', value: 'd', type: 'flow' }, 'broken'],
    };
    const { node, said } = convert(
      publishToCore,
      publisher({ properties, format: 'json', compression: 'gzip', describePayload: true, completeOn: 'queued' }),
    );
    assert.deepEqual([node?.contentType, node?.userProps, node?.expiry], ['text/plain', '{"a":"b"}', '']);
    const lost = [
      'responseTopic',
      'payloadFormatIndicator',
      'userProperties["c"]',
      'format',
      'compression',
      'describePayload',
      'completeOn',
    ];
    assert.deepEqual(said, [...lost.map((property) => `settingLost: ${property}`), 'whileOffline']);
  });
});

describe('A node that was saved with few of its properties', () => {
  const bare = (type: string): FlowNode => ({ id: 'n', type });

  it('is converted as its defaults say, in both directions', () => {
    const toCore = [
      convert(brokerToCore, bare('mqtt-flows-broker')).node,
      convert(publishToCore, bare('mqtt-flows-publish')).node,
      convert(subscribeToCore, { ...bare('mqtt-flows-subscribe'), inputs: 1 }).node,
    ];
    assert.deepEqual(
      toCore.map((node) => [node?.broker, node?.topic, node?.qos]),
      [
        ['localhost', undefined, undefined],
        [undefined, '', ''],
        [undefined, '', '2'],
      ],
    );
    const options = { ...conversionDefaults, offline: 'fail' } as const;
    const broker = brokerFromCore(bare('mqtt-broker'), options);
    assert.ok(broker.ok);
    assert.deepEqual(broker.node.servers, [{ url: 'mqtt://localhost:1883' }]);
    const publish = publishFromCore(bare('mqtt out'), options);
    assert.ok(publish.ok);
    assert.deepEqual([publish.node.topicType, publish.node.whileOffline], ['msg', 'fail']);
    const subscribe = subscribeFromCore(bare('mqtt in'), { ...options, retainedAgain: true });
    assert.ok(subscribe.ok && subscribe.node.retainedAgain === true);
  });

  it('cannot be a node of the core without a filter', () => {
    assert.deepEqual(convert(subscribeToCore, bare('mqtt-flows-subscribe')).said, ['noFilter']);
    const several = { ...bare('mqtt-flows-subscribe'), subscriptions: [{ filter: 'a' }, { filter: 'b' }] };
    assert.deepEqual(convert(subscribeToCore, several).said, ['severalFilters']);
    const both = { ...bare('mqtt-flows-subscribe'), inputs: '1', subscriptions: [{ filter: 'a' }] };
    assert.deepEqual(convert(subscribeToCore, both).said, ['severalFilters']);
  });

  it('reads a property without a type as text, and drops a variable without a name', () => {
    const properties = {
      contentType: { value: 'text/plain' },
      responseTopic: { value: '${ANSWER}', type: 'env' },
      userProperties: [
        { name: 'a', value: 'b' },
        { name: 'c', value: '', type: 'env' },
      ],
    };
    const { node, said } = convert(publishToCore, publisher({ properties }));
    assert.deepEqual([node?.contentType, node?.respTopic, node?.userProps], ['text/plain', '${ANSWER}', '{"a":"b"}']);
    assert.deepEqual(said, ['settingLost: userProperties["c"]', 'whileOffline']);
  });

  it('loses wildcard names, the format of a filter, and settings that the core does not have', () => {
    const subscription = { filter: 'a/+line/#rest', format: 'cbor', qos: '1', noLocal: 'true', retainHandling: 2 };
    const node = {
      ...bare('mqtt-flows-subscribe'),
      subscriptions: [subscription],
      format: 'json',
      undecodable: 'pass',
      requestsOnly: true,
    };
    const { node: core, said } = convert(subscribeToCore, { ...node, retainedAgain: true });
    assert.deepEqual([core?.topic, core?.nl, core?.rh], ['a/+/#', true, 2]);
    const lost = ['format', 'requestsOnly', 'undecodable'].map((property) => `settingLost: ${property}`);
    assert.deepEqual(said, ['namedWildcards', ...lost]);
    const unknown = { ...bare('mqtt-flows-subscribe'), subscriptions: [{ filter: 'a/#/b' }], format: 'cbor' };
    assert.deepEqual(convert(subscribeToCore, unknown).said, ['settingLost: format', 'storedMessages']);
  });
});
