// Which nodes and broker nodes are replaced, and what becomes of those that others use.

import assert from 'node:assert/strict';
import { conversionDefaults } from '#src/core/conversion/conversion-options';
import type { FlowNode } from '#src/core/conversion/flow-node';
import { putCoreNodesBack } from '#src/core/conversion/put-core-nodes-back';
import { replaceCoreNodes } from '#src/core/conversion/replace-core-nodes';
import { convertedFlow, type FlowConversion } from '#src/core/conversion/replace-nodes';
import { coreBroker, coreIn, coreOut, node, tab } from '../../helpers/flows/core-flow';
import { deepFreeze } from '../deep-freeze';

function types(flow: readonly FlowNode[], conversion: FlowConversion): Record<string, string> {
  return Object.fromEntries(convertedFlow(flow, conversion).map(({ id, type }) => [id, type]));
}

function keys({ reports }: FlowConversion, id: string): string[] {
  return reports.filter((report) => report.id === id).flatMap(({ notes }) => notes.map(({ key }) => key));
}

function found(flow: readonly FlowNode[], id: string): FlowNode {
  const node = flow.find((each) => each.id === id);
  assert.ok(node);
  return node;
}

const only =
  (...ids: string[]) =>
  ({ id }: FlowNode): boolean =>
    ids.includes(id);

describe('core/conversion/replace-nodes', () => {
  it('replaces a broker node in its place when all of its users are replaced, and one that nothing uses', () => {
    const flow = [tab(), coreBroker('b'), coreBroker('unused'), coreIn('in', 'b', 'a'), coreOut('out', 'b', 'a')];
    const conversion = replaceCoreNodes(flow, conversionDefaults);
    assert.deepEqual(types(flow, conversion), {
      tab: 'tab',
      b: 'mqtt-flows-broker',
      unused: 'mqtt-flows-broker',
      in: 'mqtt-flows-subscribe',
      out: 'mqtt-flows-publish',
    });
    assert.deepEqual(conversion.added, []);
  });

  it('keeps a broker node for the nodes that stay, and adds another with a client identifier of its own', () => {
    const flow = [tab(), coreBroker('b', { clientid: 'c' }), coreIn('in', 'b', 'a'), coreOut('out', 'b', 'a')];
    const conversion = replaceCoreNodes(flow, conversionDefaults, only('in'));
    const [added, ...others] = conversion.added;
    assert.deepEqual([others, added?.type, added?.clientId], [[], 'mqtt-flows-broker', 'c-mqtt-flows']);
    assert.deepEqual(types(flow, conversion), {
      tab: 'tab',
      b: 'mqtt-broker',
      in: 'mqtt-flows-subscribe',
      out: 'mqtt out',
      [added?.id ?? '']: 'mqtt-flows-broker',
    });
    const moved = convertedFlow(flow, conversion).find(({ id }) => id === 'in');
    assert.equal(moved?.broker, added?.id);
    assert.deepEqual(keys(conversion, 'b'), ['brokerShared', 'clientIdChanged', 'credentialsAgain']);
  });

  it('does the same for nodes of unknown packages', () => {
    const flow = [tab(), coreBroker('b'), coreIn('in', 'b', 'a'), node('ha', 'ha-mqtt', { mqttBroker: 'b' })];
    const conversion = replaceCoreNodes(flow, conversionDefaults);
    assert.equal(types(flow, conversion).b, 'mqtt-broker');
    assert.equal(conversion.added.length, 1);
  });

  it('gives added nodes the same identifiers each time', () => {
    const flow = [tab(), coreBroker('b', { usetls: true }), coreIn('in', 'b', 'a'), node('ha', 'ha-mqtt', { x: 'b' })];
    const ids = (): string[] => replaceCoreNodes(flow, conversionDefaults).added.map(({ id }) => id);
    assert.equal(ids().length, 2);
    assert.deepEqual(ids(), ids());
    for (const id of ids()) assert.match(id, /^[0-9a-f]{16}$/);
  });

  it('leaves nodes in a locked flow, and reports them', () => {
    const flow = [tab('tab', { locked: true }), coreBroker('b'), coreIn('in', 'b', 'a')];
    const conversion = replaceCoreNodes(flow, conversionDefaults);
    assert.deepEqual(convertedFlow(flow, conversion), flow);
    assert.deepEqual(keys(conversion, 'in'), ['locked']);
  });

  it('keeps a broker of another package disabled that comes out of a disabled flow, and takes it out of its group', () => {
    const group = { id: 'g', type: 'group', z: 'tab', nodes: ['aedes', 'n'] };
    const flow: FlowNode[] = [
      tab('tab', { disabled: true }),
      group,
      node('aedes', 'aedes broker', { g: 'g', wires: [[], []] }),
      node('n', 'inject', { g: 'g' }),
    ];
    const after = convertedFlow(flow, replaceCoreNodes(flow, conversionDefaults));
    const { type, d } = found(after, 'aedes');
    assert.deepEqual([type, d], ['mqtt-flows-broker', true]);
    assert.deepEqual(found(after, 'g'), { ...group, nodes: ['n'] });
    const running = [tab('tab'), ...flow.slice(1)];
    assert.equal('d' in found(convertedFlow(running, replaceCoreNodes(running, conversionDefaults)), 'aedes'), false);
  });

  it('leaves the users of a broker node that cannot be replaced', () => {
    const flow = [tab(), coreBroker('b', { broker: 'wxs://host' }), coreIn('in', 'b', 'a')];
    const conversion = replaceCoreNodes(flow, conversionDefaults);
    assert.deepEqual(convertedFlow(flow, conversion), flow);
    assert.deepEqual(keys(conversion, 'b'), ['addressInvalid']);
    const [, report] = conversion.reports;
    assert.deepEqual(report?.notes, [{ key: 'brokerStays', values: { broker: 'wxs://host' } }]);
  });

  it('finds a broker node through the variables of subflows, if all nodes that use it so are replaced', () => {
    const flow: FlowNode[] = [
      { id: 'sf', type: 'subflow', env: [{ name: 'B', type: 'mqtt-broker', value: 'b' }] },
      coreIn('in', '${B}', 'a', { z: 'sf' }),
      coreOut('out', '${B}', 'a', { z: 'sf' }),
      node('i', 'subflow:sf', { env: [{ name: 'B', type: 'conf-type', value: 'b' }] }),
      coreBroker('b'),
    ];
    const all = replaceCoreNodes(flow, conversionDefaults);
    const [template] = convertedFlow(flow, all);
    assert.deepEqual(template?.env, [{ name: 'B', type: 'mqtt-flows-broker', value: 'b' }]);
    assert.equal(types(flow, all).b, 'mqtt-flows-broker');
    const some = replaceCoreNodes(flow, conversionDefaults, only('in'));
    assert.deepEqual(convertedFlow(flow, some), flow);
    assert.deepEqual(keys(some, 'in'), ['brokerStays']);
  });

  it('names the new broker node in the settings of subflows, if the old one stays for others', () => {
    const flow: FlowNode[] = [
      { id: 'sf', type: 'subflow', env: [{ name: 'B', type: 'mqtt-broker', value: '' }] },
      coreIn('in', '${B}', 'a', { z: 'sf' }),
      node('i', 'subflow:sf', { env: [{ name: 'B', type: 'conf-type', value: 'b' }] }),
      coreIn('stays', 'b', 'a'),
      coreBroker('b'),
    ];
    const after = convertedFlow(flow, replaceCoreNodes(flow, conversionDefaults, only('in')));
    const added = after.find(({ type }) => type === 'mqtt-flows-broker');
    assert.ok(added && added.id !== 'b');
    const settings = after.filter(({ id }) => id === 'sf' || id === 'i').map(({ env }) => env);
    assert.deepEqual(settings, [
      [{ name: 'B', type: 'mqtt-flows-broker', value: '' }],
      [{ name: 'B', type: 'conf-type', value: added.id }],
    ]);
    assert.equal(after.find(({ id }) => id === 'b')?.type, 'mqtt-broker');
  });

  it('leaves nodes that find a broker node through a variable, if one of those broker nodes cannot be replaced', () => {
    const flow: FlowNode[] = [
      { id: 'sf', type: 'subflow', env: [{ name: 'B', type: 'mqtt-broker', value: 'b' }] },
      coreIn('in', '${B}', 'a', { z: 'sf' }),
      node('i', 'subflow:sf', { env: [{ name: 'B', type: 'mqtt-broker', value: 'bad' }] }),
      coreBroker('b'),
      coreBroker('bad', { broker: 'wxs://host' }),
    ];
    const conversion = replaceCoreNodes(flow, conversionDefaults);
    assert.deepEqual(convertedFlow(flow, conversion), flow);
    assert.deepEqual(keys(conversion, 'in'), ['brokerStays']);
  });

  it('connects over TLS where a client certificate makes the core nodes do so', () => {
    const address = (tlsConfig: object, broker = 'mqtt://host:8883', usetls = true): unknown => {
      const flow: FlowNode[] = [
        { id: 't', type: 'tls-config', ...tlsConfig },
        coreBroker('b', { broker, usetls, tls: 't' }),
        coreOut('out', 'b', 'a'),
      ];
      const [, after = coreBroker('none')] = convertedFlow(flow, replaceCoreNodes(flow, conversionDefaults));
      return [after.tls, (after.servers as { url: string }[])[0]?.url];
    };
    assert.deepEqual(address({ certname: 'c', keyname: 'k' }), ['t', 'mqtts://host:8883']);
    assert.deepEqual(address({ cert: '/c', key: '/k' }, 'ws://host/mqtt'), ['t', 'wss://host/mqtt']);
    assert.deepEqual(address({ certname: 'c', keyname: '' }), ['', 'mqtt://host:8883']);
    assert.deepEqual(address({ certname: 'c', keyname: 'k' }, 'mqtt://host:8883', false), ['', 'mqtt://host:8883']);
  });

  it('notes that a broker node and the new one beside it send the same birth, close and will messages', () => {
    const noted = (settings: object): boolean => {
      const flow = [coreBroker('b', { ...settings }), coreIn('in', 'b', 'a'), coreOut('out', 'b', 'a')];
      return keys(replaceCoreNodes(flow, conversionDefaults, only('in')), 'b').includes('presenceTwice');
    };
    assert.deepEqual([noted({}), noted({ willTopic: 'state', willPayload: 'off' })], [false, true]);
  });

  it('does not change the flow that it is given', () => {
    const flow = [tab(), coreBroker('b', { usetls: true }), coreIn('in', 'b', 'a'), coreOut('out', 'b', 'a')];
    const before = structuredClone(flow);
    convertedFlow(flow, replaceCoreNodes(flow, conversionDefaults));
    assert.deepEqual(flow, before);
  });
});

describe('Nodes of one broker node that are replaced in several steps', () => {
  const flow = [
    tab(),
    coreBroker('x', { usetls: true, clientid: 'c' }),
    ...['a', 'b', 'c'].map((id) => coreOut(id, 'x', 't')),
  ];

  /** The flow after `id` has been replaced. */
  function step(before: readonly FlowNode[], ...ids: string[]): readonly FlowNode[] {
    // Undo puts the flow back that stood there before.
    const conversion = replaceCoreNodes(deepFreeze(before), conversionDefaults, only(...ids));
    const after = convertedFlow(before, conversion);
    const all = after.map(({ id }) => id);
    assert.deepEqual(all, [...new Set(all)], 'no identifier twice');
    return after;
  }

  function setUp(before: readonly FlowNode[]): readonly FlowNode[] {
    return before.map((each) => {
      if (each.type === 'tls-config') return { ...each, verifyservercert: true };
      return each.type === 'mqtt-flows-broker'
        ? { ...each, name: 'set up', servers: [{ url: 'mqtts://other' }] }
        : each;
    });
  }

  it('use the broker node that the first step has added, as it is set up by then', () => {
    const first = setUp(step(flow, 'a'));
    const second = step(first, 'b');
    const { broker } = found(second, 'a');
    assert.equal(found(second, 'b').broker, broker);
    assert.deepEqual(
      second.filter(({ id }) => id !== 'b'),
      first.filter(({ id }) => id !== 'b'),
    );
    const conversion = replaceCoreNodes(first, conversionDefaults, only('b'));
    assert.deepEqual(conversion.added, []);
    assert.deepEqual(conversion.reports[0]?.notes, [{ key: 'brokerThere', values: { count: 1, broker: 'set up' } }]);
  });

  it('share the TLS configuration that was added, also with the old broker node when the last of them follows', () => {
    const second = step(setUp(step(flow, 'a')), 'b');
    const third = step(second, 'c');
    const [tls, ...others] = third.filter(({ type }) => type === 'tls-config');
    assert.deepEqual([tls?.verifyservercert, others], [true, []]);
    assert.deepEqual([found(third, 'x').type, found(third, 'x').tls], ['mqtt-flows-broker', tls?.id]);
    assert.equal(found(third, 'c').broker, 'x');
    const last = replaceCoreNodes(second, conversionDefaults, only('c'));
    assert.deepEqual(keys(last, 'x'), ['tlsThere', 'brokerBeside']);
  });

  it('say again that birth, close and will messages are sent by both broker nodes', () => {
    const announced = flow.map((each) => (each.id === 'x' ? { ...each, willTopic: 'state' } : each));
    const last = replaceCoreNodes(step(announced, 'a', 'b'), conversionDefaults, only('c'));
    assert.deepEqual(keys(last, 'x'), ['tlsThere', 'brokerBeside', 'presenceTwice']);
  });

  it('are put back in several steps as well', () => {
    const ours = convertedFlow(flow, replaceCoreNodes(flow, conversionDefaults));
    const back = (before: readonly FlowNode[], id: string): readonly FlowNode[] =>
      convertedFlow(before, putCoreNodesBack(before, only(id)));
    const first = back(ours, 'a').map((each) => (each.type === 'mqtt-broker' ? { ...each, name: 'set up' } : each));
    const second = back(first, 'b');
    assert.deepEqual(
      second.filter(({ type }) => type === 'mqtt-broker').map(({ id, name }) => [id, name]),
      [[found(second, 'a').broker, 'set up']],
    );
    assert.equal(found(second, 'b').broker, found(second, 'a').broker);
  });

  it('get another broker node where the one of an earlier step has been put back', () => {
    const first = step(flow, 'a');
    const { broker: added } = found(first, 'a');
    const back = convertedFlow(first, putCoreNodesBack(first, only('a')));
    assert.equal(found(back, String(added)).type, 'mqtt-broker');
    const again = step(back, 'b');
    const { broker } = found(again, 'b');
    assert.notEqual(broker, added);
    assert.equal(found(again, String(broker)).type, 'mqtt-flows-broker');
    assert.equal(found(step(again, 'c', 'a'), 'c').type, 'mqtt-flows-publish');
  });

  it('of another package do the same', () => {
    const foreign = node('d', 'mqtt-in-dynamicsub', { broker: 'x' });
    const second = step(setUp(step([...flow, foreign], 'a')), 'd');
    assert.equal(found(second, 'd').broker, found(second, 'a').broker);
    assert.equal(second.filter(({ type }) => type === 'mqtt-flows-broker').length, 1);
  });
});

describe('core/conversion/put-core-nodes-back', () => {
  const broker = (settings: object = {}): FlowNode => ({
    id: 'b',
    type: 'mqtt-flows-broker',
    connectTo: 'server',
    servers: [{ url: 'mqtts://host' }],
    tls: '',
    protocolVersion: 'auto',
    clientId: '',
    cleanStart: true,
    ...settings,
  });
  const subscribe = (settings: object): FlowNode => ({
    id: 'in',
    type: 'mqtt-flows-subscribe',
    broker: 'b',
    subscriptions: [{ filter: 'a/+', qos: 1, noLocal: false, retainAsPublished: true, retainHandling: 0 }],
    retainedAgain: true,
    ...settings,
  });
  const publish = (settings: object): FlowNode => ({ id: 'out', type: 'mqtt-flows-publish', broker: 'b', ...settings });

  function back(...flow: FlowNode[]) {
    const conversion = putCoreNodesBack(flow);
    const after = convertedFlow(flow, conversion);
    return { now: (id: string): FlowNode => found(after, id), keys: (id: string) => keys(conversion, id) };
  }

  it('verifies certificates, and sets the version that ours negotiates', () => {
    const { now, keys: of } = back(broker());
    const { broker: host, port, usetls, verifyservercert, protocolVersion } = now('b');
    assert.deepEqual([host, port, usetls, verifyservercert, protocolVersion], ['host', '8883', true, true, '4']);
    assert.deepEqual(of('b'), ['versionFixed']);
  });

  it('says which servers and settings are lost', () => {
    const servers = [{ url: 'mqtt://[::1]:1884' }, { url: 'mqtt://two' }];
    const own = { protocolVersion: 5, servers, outbox: { store: 'disk' }, receiveMaximum: 10, proxy: { use: 'url' } };
    const { now, keys: of } = back(broker(own));
    assert.deepEqual([now('b').broker, now('b').port], ['::1', '1884']);
    assert.deepEqual(of('b'), ['severalServers', 'settingLost', 'settingLost', 'outboxLost']);
  });

  it('keeps a session for ever where ours does', () => {
    const { now } = back(broker({ protocolVersion: 5, cleanStart: false, clientId: 'c', sessionExpiryInterval: '' }));
    assert.deepEqual([now('b').sessionExpiry, now('b').cleansession], ['4294967295', false]);
  });

  it('has no counterpart for the broker inside Node-RED, nor for those that use it', () => {
    const { now, keys: of } = back(broker({ connectTo: 'embedded' }), subscribe({}));
    assert.equal(now('in').type, 'mqtt-flows-subscribe');
    assert.deepEqual([of('b'), of('in')], [['embeddedBroker'], ['brokerStays']]);
  });

  it('removes the names of wildcards, and keeps a node with several filters', () => {
    const filter = (text: string): object => ({ filter: text, qos: 0 });
    const named = back(broker(), subscribe({ subscriptions: [filter('a/+x/#rest')] }));
    assert.equal(named.now('in').topic, 'a/+/#');
    assert.deepEqual(named.keys('in'), ['namedWildcards']);
    const several = back(broker(), subscribe({ subscriptions: [filter('a'), filter('b')] }));
    assert.deepEqual(several.keys('in'), ['severalFilters']);
  });

  it('notes what else a subscribe node did', () => {
    const own = { acknowledge: 'completion', format: 'msgpack', retained: 'only', retainedAgain: false };
    const { now, keys: of } = back(broker(), subscribe(own));
    assert.equal(now('in').datatype, 'buffer');
    assert.deepEqual(of('in'), ['settingLost', 'settingLost', 'settingLost', 'storedMessages']);
  });

  it('keeps a publish node whose values have another source, or whose output is wired', () => {
    const of = (settings: object): string[] => back(broker(), publish(settings)).keys('out');
    assert.deepEqual(of({ topic: 'a/{{b}}', topicType: 'str' }), ['valueFromElsewhere']);
    assert.deepEqual(of({ topic: 'x', topicType: 'flow' }), ['valueFromElsewhere']);
    assert.deepEqual(of({ topic: 'a', topicType: 'str', retain: 'clear' }), ['valueFromElsewhere']);
    assert.deepEqual(of({ topic: 'a', topicType: 'str', wires: [['x']] }), ['outputWired']);
    assert.deepEqual(of({ topic: 'topic', topicType: 'msg' }), ['whileOffline']);
  });

  it('turns a variable into the notation of Node-RED', () => {
    const { now } = back(broker(), publish({ topic: 'TOPIC', topicType: 'env', qos: 'QOS', qosType: 'env' }));
    assert.deepEqual([now('out').topic, now('out').qos], ['${TOPIC}', '${QOS}']);
  });
});
