// What our subscribe and publish nodes become as nodes of the core, and what is said of that which is lost.

import assert from 'node:assert/strict';
import { brokerFromCore } from '#src/core/conversion/broker-from-core';
import { brokerToCore } from '#src/core/conversion/broker-to-core';
import { conversionDefaults } from '#src/core/conversion/conversion-options';
import type { FlowNode } from '#src/core/conversion/flow-node';
import { publishFromCore } from '#src/core/conversion/publish-from-core';
import { publishToCore } from '#src/core/conversion/publish-to-core';
import { subscribeFromCore } from '#src/core/conversion/subscribe-from-core';
import { subscribeToCore } from '#src/core/conversion/subscribe-to-core';
import { convert, publisher } from './saved-nodes';

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
