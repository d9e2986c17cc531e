// Where nodes meet MQTT, read out of their saved settings.

import assert from 'node:assert/strict';
import { matchesPattern, reachesBelow } from '#src/core/topics/topic-pattern';
import { topicUses, type UsingNode } from '#src/settings/topic-uses';

function usesOf(type: string, settings: object): [string, string, string | undefined][] {
  const node: UsingNode = { id: 'a', type: `mqtt-flows-${type}`, ...settings };
  return topicUses(node).map(({ kind, text, pattern }) => [kind, text, pattern?.filter.wire]);
}

describe('The topics that a node uses', () => {
  it('are the filters of subscribe and topic state, with their QoS', () => {
    const subscriptions = [{ filter: 'plant/+line/#rest', qos: 1 }, { filter: '$share/g/a/b' }];
    assert.deepEqual(usesOf('subscribe', { subscriptions }), [
      ['subscribe', 'plant/+line/#rest', 'plant/+/#'],
      ['subscribe', '$share/g/a/b', '$share/g/a/b'],
    ]);
    assert.deepEqual(usesOf('state', { subscriptions: [{ filter: 'a' }] }), [['state', 'a', 'a']]);
    assert.equal(topicUses({ id: 'a', type: 'mqtt-flows-subscribe', subscriptions })[0]?.qos, 1);
  });

  it('are what a row may become: a wildcard for a value, nothing that is known for an expression', () => {
    const filterOf = (row: object): unknown => usesOf('subscribe', { subscriptions: [row] })[0]?.[2];
    assert.equal(filterOf({ filter: 'devices/{{flow.id}}/#', filterType: 'template' }), 'devices/+/#');
    assert.equal(filterOf({ filter: "'devices/' & $flowContext('id')", filterType: 'jsonata' }), undefined);
    assert.equal(filterOf({ filter: 'devices/{{id}}' }), 'devices/{{id}}');
    assert.equal(filterOf({ filter: 'devices/${ID}' }), 'devices/+');
    assert.equal(filterOf({ filter: 'devices/${ID}', literal: true }), 'devices/${ID}');
  });

  it('are known to the recording alone for a replay to the broker', () => {
    assert.deepEqual(usesOf('replay', { to: 'broker' }), [['publish', '', undefined]]);
    assert.deepEqual(usesOf('replay', { to: 'flow' }), []);
  });

  it('are those that a rule of a router takes', () => {
    assert.deepEqual(usesOf('router', { rules: [{ filter: 'a/#' }] }), [['route', 'a/#', 'a/#']]);
  });

  it('are the topic of publish, whose placeholders may stand for any level', () => {
    const topics = (topic: string): unknown => usesOf('publish', { topic, topicType: 'str' })[0]?.[2];
    assert.equal(topics('home/light/set'), 'home/light/set');
    assert.equal(topics('home/{{room}}/set'), 'home/+/set');
    assert.equal(topics('home/light-{{payload.n}}/set'), 'home/+/set');
    assert.equal(topics('${SITE}/light'), '+/light');
  });

  it('may have several levels where a value is filled in, and no others', () => {
    const taken = (topic: string, ...topics: string[]): string[] => {
      const [use] = topicUses({ id: 'a', type: 'mqtt-flows-publish', topic, topicType: 'str' });
      return topics.filter((each) => use?.pattern && matchesPattern(use.pattern, each));
    };
    assert.deepEqual(taken('home/{{room}}/set', 'home/hall/set', 'home/top/attic/set', 'home/set', 'home/hall/get'), [
      'home/hall/set',
      'home/top/attic/set',
    ]);
    assert.deepEqual(taken('alarms/{{topic}}', 'alarms', 'alarms/a', 'alarms/a/b'), ['alarms/a', 'alarms/a/b']);
    assert.deepEqual(taken('${SITE}/{{id}}/x', 'a/b/x', 'a/b/c/x', 'b/x', '$SYS/b/x'), ['a/b/x', 'a/b/c/x']);
    assert.deepEqual(taken('a/light-{{n}}', 'a/light-1', 'a/light-1/2'), ['a/light-1', 'a/light-1/2']);
  });

  it('are found from a branch that they lie below', () => {
    const [use] = topicUses({ id: 'a', type: 'mqtt-flows-publish', topic: 'a/{{b}}/set', topicType: 'str' });
    const below = (path: string): boolean => use?.pattern !== undefined && reachesBelow(use.pattern, path);
    assert.deepEqual(['a', 'a/b', 'a/b/set', 'a/b/c/d', 'b'].map(below), [true, true, true, true, false]);
  });

  it('are unknown where each message says its topic', () => {
    assert.deepEqual(usesOf('publish', { topic: '', topicType: 'str' }), [['publish', '', undefined]]);
    assert.deepEqual(usesOf('publish', { topic: '{{topic}}', topicType: 'str' }), [
      ['publish', '{{topic}}', undefined],
    ]);
    assert.deepEqual(usesOf('publish', { topic: 'x', topicType: 'flow' }), [['publish', '', undefined]]);
  });

  it('are two for a request to a device that answers at a topic of its own', () => {
    const request = { topic: 'cmnd/{{d}}/Status', topicType: 'str', answerTo: 'device', responseTopic: 'stat/{{d}}/#' };
    assert.deepEqual(usesOf('request', request), [
      ['request', 'cmnd/{{d}}/Status', 'cmnd/+/Status'],
      ['response', 'stat/{{d}}/#', 'stat/+/#'],
    ]);
    assert.equal(usesOf('request', { ...request, answerTo: 'request' }).length, 1);
  });

  it('know whether a publication is retained', () => {
    const node = { id: 'a', type: 'mqtt-flows-publish', topic: 'a', topicType: 'str', qos: '1', retain: 'true' };
    assert.deepEqual(
      topicUses(node).map(({ qos, retain }) => ({ qos, retain })),
      [{ qos: 1, retain: true }],
    );
  });

  it('are none for other nodes and settings that nobody can read', () => {
    assert.deepEqual(topicUses({ id: 'a', type: 'mqtt in', topic: 'a' }), []);
    assert.deepEqual(usesOf('subscribe', { subscriptions: 'a' }), []);
    assert.deepEqual(usesOf('subscribe', { subscriptions: [null, { filter: 'a/#/b' }] }), [
      ['subscribe', 'a/#/b', undefined],
    ]);
  });
});
