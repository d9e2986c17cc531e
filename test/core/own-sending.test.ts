// Which topics and payloads a publish node can send by itself, without a message.

import assert from 'node:assert/strict';
import { parsePublishConfig } from '#src/settings/publish.config';

const WHOLE = {
  topic: 'a/get',
  topicType: 'str',
  payload: '{}',
  payloadType: 'json',
  atConnection: true,
  interval: '',
};

/** The setting at fault, or what the node sends by itself. */
function read(settings: Readonly<Record<string, unknown>>): unknown {
  const result = parsePublishConfig({ ...WHOLE, ...settings });
  return result.ok ? result.config.own : result.error.params.property;
}

describe('a publish node that sends by itself', () => {
  it('is one that is told to, at connection or at intervals', () => {
    assert.deepEqual(read({}), { atConnection: true, interval: undefined });
    assert.deepEqual(read({ atConnection: false, interval: '30' }), { atConnection: false, interval: 30 });
    assert.equal(read({ atConnection: false }), undefined);
    assert.equal(read({ atConnection: undefined, interval: undefined, topic: '', payloadType: 'msg' }), undefined);
  });

  for (const interval of [0, -1, 0.5, 1_728_001, 'soon']) {
    it(`has no interval of ${interval}`, () => assert.equal(read({ interval }), 'interval'));
  }

  const topics: readonly [string, string][] = [
    ['', 'str'],
    ['{{topic}}', 'str'],
    ['a/{{payload.id}}', 'str'],
    ['topic', 'msg'],
    ['', 'reply'],
  ];
  for (const [topic, topicType] of topics) {
    it(`cannot have the topic "${topic}" (${topicType})`, () => assert.equal(read({ topic, topicType }), 'topic'));
  }

  const payloads: readonly [string, string][] = [
    ['payload', 'msg'],
    ['{ "a": {{payload}} }', 'json'],
    ['{{payload}}', 'str'],
  ];
  for (const [payload, payloadType] of payloads) {
    it(`cannot have the payload ${payload} (${payloadType})`, () =>
      assert.equal(read({ payload, payloadType }), 'payload'));
  }

  it('takes its values from elsewhere', () => {
    const sends = { atConnection: true, interval: undefined };
    assert.deepEqual(read({ topic: 'a/{{env.HOME}}/{{flow.x}}', payload: '{ "at": {{$now}} }' }), sends);
    assert.deepEqual(read({ payload: '"on"', payloadType: 'jsonata' }), sends);
    assert.deepEqual(read({ payload: 'x', payloadType: 'global' }), sends);
    assert.deepEqual(read({ retain: 'clear', payload: 'payload', payloadType: 'msg' }), sends);
  });
});
