// Messages that subscribe and unsubscribe, in the forms that the core MQTT nodes accept.

import assert from 'node:assert/strict';
import { readSubscriptionAction, type SubscriptionAction } from '#src/core/subscriptions/subscription-action';

function subscribed(topic: unknown): Extract<SubscriptionAction, { kind: 'subscribe' }>['subscriptions'] {
  const action = readSubscriptionAction({ action: 'subscribe', topic });
  assert.ok(action?.kind === 'subscribe', JSON.stringify(action));
  return action.subscriptions;
}

function fault(topic: unknown): [code: string, property: unknown] {
  const action = readSubscriptionAction({ action: 'subscribe', topic });
  assert.ok(action?.kind === 'invalid', JSON.stringify(action));
  return [action.error.code, action.error.params.property ?? action.error.params.filter];
}

describe('core/subscriptions/subscription-action', () => {
  it('is undefined for messages with other actions', () => {
    for (const action of [undefined, 'connect', 'publish', 7, null]) {
      assert.equal(readSubscriptionAction({ action, topic: 'a' }), undefined);
    }
  });

  it('accepts a filter, with the defaults of the core nodes', () => {
    const [one] = subscribed('plant/+line');
    const { filter, given, ...rest } = one ?? {};
    assert.equal(filter?.wire, 'plant/+');
    assert.deepEqual(rest, { qos: 2, noLocal: false, retainAsPublished: true, retainHandling: 0 });
    assert.deepEqual(given, { topic: 'plant/+line', qos: 2, rh: 0, nl: false, rap: true });
  });

  it('accepts an object, whose values may be text', () => {
    const [one] = subscribed({
      topic: 'a',
      qos: '1',
      nl: 'true',
      rap: false,
      rh: 2,
      datatype: 'utf8',
      properties: { x: 1 },
    });
    const { filter, given, ...rest } = one ?? {};
    assert.equal(filter?.wire, 'a');
    assert.equal(given?.qos, 1);
    const options = { qos: 1, noLocal: true, retainAsPublished: false, retainHandling: 2 };
    assert.deepEqual(rest, { ...options, format: 'string', properties: { x: 1 } });
  });

  it('accepts an array of both', () => {
    assert.deepEqual(
      subscribed(['a', { topic: '$share/g/b' }]).map(({ filter }) => filter.wire),
      ['a', '$share/g/b'],
    );
  });

  for (const [name, core, ours] of [
    ['automatic detection', 'auto-detect', 'auto'],
    ['text', 'utf8', 'string'],
    ['JSON', 'json', 'json'],
    ['bytes', 'buffer', 'buffer'],
  ] as const) {
    it(`knows the core nodes’ name for ${name}`, () => {
      assert.equal(subscribed({ topic: 'a', datatype: core })[0]?.format, ours);
    });
  }

  it('names the invalid value and its place', () => {
    assert.deepEqual(fault(undefined), ['property-invalid', 'msg.topic']);
    assert.deepEqual(fault(true), ['property-invalid', 'msg.topic']);
    assert.deepEqual(fault(['a', 5]), ['property-invalid', 'msg.topic[1]']);
    assert.deepEqual(fault([{ qos: 1 }]), ['property-invalid', 'msg.topic[0].topic']);
    assert.deepEqual(fault({ topic: 'a', qos: 3 }), ['property-invalid', 'msg.topic.qos']);
    assert.deepEqual(fault({ topic: 'a', rap: 'perhaps' }), ['property-invalid', 'msg.topic.rap']);
    assert.deepEqual(fault({ topic: 'a', datatype: 7 }), ['property-invalid', 'msg.topic.datatype']);
    assert.deepEqual(fault('a/#/b'), ['filter-invalid', 'a/#/b']);
  });

  it('unsubscribes a filter, whatever the names of its wildcards, or all', () => {
    const unsubscribed = (topic: unknown): SubscriptionAction | undefined =>
      readSubscriptionAction({ action: 'unsubscribe', topic });
    assert.deepEqual(unsubscribed(['a/+x', { topic: 'b' }]), { kind: 'unsubscribe', filters: ['a/+', 'b'] });
    assert.deepEqual(unsubscribed(true), { kind: 'unsubscribe', filters: 'all' });
    assert.equal(unsubscribed(false)?.kind, 'invalid');
  });
});
