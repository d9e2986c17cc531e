// What `mqtt in`, `mqtt out` and the nodes of other packages become.

import assert from 'node:assert/strict';
import { type ConversionOptions, conversionDefaults } from '#src/core/conversion/conversion-options';
import type { FlowNode } from '#src/core/conversion/flow-node';
import { replaceCoreNodes } from '#src/core/conversion/replace-core-nodes';
import { parsePublishConfig } from '#src/settings/publish.config';
import { parseSubscribeConfig } from '#src/settings/subscribe.config';
import { coreBroker, coreIn, coreOut, node, tab } from '../../helpers/flows/core-flow';

function convert(before: FlowNode, options: Partial<ConversionOptions> = {}) {
  const flow = [tab(), coreBroker('b'), before];
  const { replaced, reports } = replaceCoreNodes(flow, { ...conversionDefaults, ...options });
  const after = replaced.find((each) => each.before === before)?.after;
  const report = reports.find(({ id }) => id === before.id);
  return { after, verdict: report?.verdict, keys: report?.notes.map(({ key }) => key) };
}

describe('core/conversion/subscribe-from-core', () => {
  it('subscribes to exactly the filter of the core node, also where a variable is within it', () => {
    for (const [topic, literal] of [
      ['a/${b}/+', true],
      ['${FILTER}', undefined],
      ['a/#', undefined],
    ] as const) {
      const { after, verdict } = convert(coreIn('in', 'b', topic));
      assert.ok(after && parseSubscribeConfig(after).ok);
      const [saved] = after.subscriptions as Record<string, unknown>[];
      assert.deepEqual([saved?.filter, saved?.literal, verdict], [topic, literal, 'same']);
    }
  });

  const format = (datatype: unknown): unknown => convert(coreIn('in', 'b', 'a', { datatype })).after?.format;

  it('has the format that the core node has', () => {
    assert.equal(format('auto-detect'), 'auto');
    assert.equal(format('auto'), 'text-or-bytes');
    assert.equal(format('utf8'), 'string');
    assert.equal(format(undefined), 'string');
    assert.equal(format('json'), 'json');
    assert.equal(format('buffer'), 'buffer');
    assert.equal(format('base64'), 'base64');
    assert.equal(format('something'), 'text-or-bytes');
  });

  it('has the options of the subscription, and those that old flows lack as the core node reads them', () => {
    const { after } = convert(coreIn('in', 'b', 'a/#', { qos: '1', nl: true, rap: false, rh: '2' }));
    const expected = { filter: 'a/#', qos: 1, noLocal: true, retainAsPublished: false, retainHandling: 2 };
    assert.deepEqual(after?.subscriptions, [expected]);
    const old = convert(coreIn('in', 'b', 'a', { qos: undefined, nl: undefined, rap: undefined, rh: undefined })).after;
    const fallback = { filter: 'a', qos: 2, noLocal: false, retainAsPublished: false, retainHandling: 0 };
    assert.deepEqual(old?.subscriptions, [fallback]);
  });

  it('has no filter of its own where messages tell it what to subscribe to', () => {
    const { after } = convert(coreIn('in', 'b', 'left over', { inputs: 1 }));
    assert.deepEqual([after?.inputs, after?.subscriptions], [1, []]);
    assert.ok(after && parseSubscribeConfig(after).ok);
  });

  it('notes a filter that the core node refuses, even if it is valid for ours', () => {
    for (const filter of ['a/b+', '#/a', '']) {
      assert.deepEqual(convert(coreIn('in', 'b', filter)).keys, ['filterInvalid'], filter);
    }
    // It begins to receive.
    assert.deepEqual(convert(coreIn('in', 'b', 'a/+name')).keys, ['filterNamed']);
  });

  it('gets retained messages again after each deploy only if chosen', () => {
    assert.equal(convert(coreIn('in', 'b', 'a')).after?.retainedAgain, undefined);
    assert.equal(convert(coreIn('in', 'b', 'a'), { retainedAgain: true }).after?.retainedAgain, true);
  });
});

describe('core/conversion/publish-from-core', () => {
  const settings = (own: object): FlowNode => {
    const { after } = convert(coreOut('out', 'b', 'a', { ...own }));
    assert.ok(after && parsePublishConfig(after).ok);
    return after;
  };

  it('takes the topic from the message if it has none', () => {
    const { after } = convert(coreOut('out', 'b', ''));
    assert.deepEqual([after?.topic, after?.topicType], ['topic', 'msg']);
  });

  it('publishes to exactly the topic of the core node, also where it looks like a template or a variable', () => {
    for (const topic of ['a/b', 'a/{{b}}', 'a/${b}', '{{', 'say "x"/{{y}}']) {
      const { after, verdict } = convert(coreOut('out', 'b', topic));
      assert.equal(verdict, 'same');
      const plain = !topic.includes('{');
      assert.deepEqual([after?.topic, after?.topicType], plain ? [topic, 'str'] : [JSON.stringify(topic), 'jsonata']);
    }
    // Node-RED itself replaces a text that is a variable and nothing else.
    assert.equal(convert(coreOut('out', 'b', '${TOPIC}')).after?.topic, '${TOPIC}');
  });

  it('has QoS and retain as the core node reads them', () => {
    const of = (qos: unknown, retain: unknown): unknown[] => {
      const after = settings({ qos, retain });
      return [after.qos, after.retain];
    };
    assert.deepEqual(of('', ''), ['', '']);
    assert.deepEqual(of('0', 'false'), [0, false]);
    assert.deepEqual(of('2', 'true'), [2, true]);
    assert.deepEqual(of(0, false), ['', '']);
    assert.deepEqual(of(1, true), [1, true]);
    assert.deepEqual(of(undefined, undefined), ['', '']);
    const { after } = convert(coreOut('out', 'b', 'a', { qos: '${QOS}', retain: '${KEEP}' }));
    assert.deepEqual([after?.qos, after?.retain], ['${QOS}', '${KEEP}']);
  });

  it('has the properties of MQTT 5, and leaves out those that the core node passes over', () => {
    const own = { respTopic: 'r/{{x}}', contentType: 'text/csv', correl: 'c', expiry: '9', userProps: '{"a":1}' };
    assert.deepEqual(settings(own).properties, {
      contentType: { value: 'text/csv', type: 'str' },
      responseTopic: { value: '"r/{{x}}"', type: 'jsonata' },
      correlationData: { value: 'c', type: 'str' },
      messageExpiryInterval: { value: '9', type: 'num' },
      userProperties: [{ name: 'a', value: '1', type: 'str' }],
    });
    assert.deepEqual(settings({ respTopic: 'a/#', expiry: 'soon', userProps: 'a=b' }).properties, {});
    const { keys } = convert(coreOut('out', 'b', 'a', { respTopic: 'a/#', expiry: 'soon', userProps: 'a=b' }));
    assert.deepEqual(keys, ['propertyIgnored', 'propertyIgnored', 'propertyIgnored']);
  });

  it('sends a variable in the JSON text of user properties as it is, and notes where it cannot', () => {
    const own = { userProps: '{"a":"${A}","b":"b"}' };
    assert.deepEqual(settings(own).properties, {
      userProperties: [
        { name: 'a', value: '"${A}"', type: 'jsonata' },
        { name: 'b', value: 'b', type: 'str' },
      ],
    });
    assert.deepEqual(convert(coreOut('out', 'b', 'a', own)).keys, ['userPropertiesMerged']);
    const { keys } = convert(coreOut('out', 'b', 'a', { userProps: '{"c-${C}":"c"}' }));
    assert.deepEqual(keys, ['userPropertiesMerged', 'variableInside']);
  });

  it('says of a topic with a wildcard that nothing is sent', () => {
    assert.deepEqual(convert(coreOut('out', 'b', 'a/#')).keys, ['topicInvalid']);
  });

  it('has an output, to which nothing is wired', () => {
    assert.deepEqual(settings({}).wires, [[]]);
    // The core node sends nothing along wires that a flow may have.
    assert.deepEqual(settings({ wires: [['a']] }).wires, [[]]);
  });

  it('waits or fails without a connection, as chosen', () => {
    assert.equal(settings({}).whileOffline, undefined);
    assert.equal(convert(coreOut('out', 'b', 'a'), { offline: 'fail' }).after?.whileOffline, 'fail');
  });
});

describe('core/conversion/foreign-nodes', () => {
  it('are converted if their server is known, and kept if not', () => {
    const { broker: _, ...own } = coreIn('in', '', 'a', { datatype: 'json' });
    const before: FlowNode = { ...own, id: 'in', type: 'ff-mqtt-in' };
    assert.deepEqual(convert(before).keys, ['brokerUnknown']);
    assert.equal(convert(before).verdict, 'cannot');
    const { after, verdict } = convert(before, { broker: 'ours' });
    assert.deepEqual(
      [after?.type, after?.broker, after?.format, verdict],
      ['mqtt-flows-subscribe', 'ours', 'json', 'same'],
    );
  });

  it('may use a core broker node that is replaced with them, or another one', () => {
    const ff: FlowNode = { ...coreIn('ff', '', 'a'), id: 'ff', type: 'ff-mqtt-in' };
    const of = (others: readonly FlowNode[], chosen?: (node: FlowNode) => boolean) => {
      const flow = [tab(), coreBroker('b'), ff, ...others];
      const { replaced, added } = replaceCoreNodes(flow, { ...conversionDefaults, broker: 'b' }, chosen);
      const moved = replaced.find(({ after }) => after.id === 'ff')?.after;
      return { broker: moved?.broker, brokers: [...replaced.map(({ after }) => after), ...added] };
    };
    const alone = of([]);
    assert.equal(alone.broker, 'b');
    assert.ok(alone.brokers.some(({ id, type }) => id === 'b' && type === 'mqtt-flows-broker'));
    const shared = of([coreIn('in', 'b', 'a')], ({ id }) => id === 'ff');
    assert.notEqual(shared.broker, 'b');
    assert.ok(shared.brokers.some(({ id, type }) => id === shared.broker && type === 'mqtt-flows-broker'));
  });

  it('are converted with a note on what their messages need from then on', () => {
    const dynamic = node('dyn', 'mqtt-in-dynamicsub', {
      broker: 'b',
      qos: '1',
      datatype: 'auto',
      'debug-subscribe': true,
    });
    const { after, keys } = convert(dynamic);
    assert.deepEqual([after?.inputs, after?.format, after?.broker], [1, 'text-or-bytes', 'b']);
    assert.equal('debug-subscribe' in (after ?? {}), false);
    assert.deepEqual(keys, ['messageNeedsAction', 'tlsByAddress']);
    const once = { ...dynamic, 'unsubscribe-after-first-msg-recv': true };
    assert.deepEqual(convert(once).keys, ['unsubscribesItself']);
  });

  it('become a broker inside Node-RED, unless they use a feature that it lacks', () => {
    const aedes = node('aedes', 'aedes broker', {
      mqtt_port: 1884,
      mqtt_ws_bind: 'port',
      mqtt_ws_port: '',
      mqtt_ws_path: '',
      persistence_bind: 'memory',
      usetls: false,
      wires: [[], []],
    });
    const embedded = { port: 1884, bindAddress: '0.0.0.0', allowAnonymous: false, store: 'memory' };
    const { after } = convert(aedes);
    assert.deepEqual(after, { id: 'aedes', type: 'mqtt-flows-broker', connectTo: 'embedded', embedded });
    const keys = (change: object): unknown => convert({ ...aedes, ...change }).keys;
    assert.deepEqual(keys({ persistence_bind: 'mongodb', dburl: 'mongodb://x' }), ['otherStore']);
    assert.deepEqual(keys({ persistence_bind: undefined, dburl: 'mongodb://x' }), ['otherStore']);
    assert.deepEqual(keys({ wires: [['x'], []] }), ['eventsWired']);
  });
});
