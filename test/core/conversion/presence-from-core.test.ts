// Birth, close and will of a core broker node, with the names and forms that the core reads.

import assert from 'node:assert/strict';
import { presenceFromCore, userPropertiesFromCore } from '#src/core/conversion/presence-from-core';

describe('Birth, close and will of a core broker node', () => {
  const presence = (settings: object, mqtt5 = true) =>
    presenceFromCore({ id: 'b', type: 'mqtt-broker', willTopic: 't', ...settings }, 'will', mqtt5);

  it('have properties under the short and the long names, with MQTT 5 only', () => {
    const short = { contentType: 'a', respTopic: 'r', correl: 'c', expiry: '5', delay: 7, userProps: '{"a":1}' };
    const long = {
      contentType: 'a',
      responseTopic: 'r',
      correlationData: 'c',
      messageExpiryInterval: 5,
      willDelayInterval: '7',
      userProperties: { a: 1 },
    };
    const expected = {
      contentType: 'a',
      responseTopic: 'r',
      correlationData: 'c',
      messageExpiryInterval: 5,
      willDelayInterval: 7,
      userProperties: { a: '1' },
    };
    for (const willMsg of [short, long]) assert.deepEqual(presence({ willMsg }).message.properties, expected);
    assert.deepEqual(presence({ willMsg: short }, false).message.properties, {});
    assert.deepEqual(presence({ willMsg: 'broken' }).message.properties, {});
  });

  it('leave out properties that the core does not send', () => {
    const willMsg = { respTopic: 'a/#', expiry: '-1', userProps: '{}' };
    assert.deepEqual(presence({ willMsg }).message.properties, {});
    const { message, notes } = presence({ willTopic: 'a/#' });
    assert.deepEqual([message.topic, notes.map(({ key }) => key)], ['', ['presenceTopic']]);
    assert.deepEqual(presence({ willTopic: '' }).notes, []);
  });

  it('have correlation data as text where it is text, and as bytes where it is not', () => {
    const correlation = (correl: unknown): unknown =>
      (presence({ willMsg: { correl } }).message.properties as Record<string, unknown>).correlationData;
    assert.equal(correlation({ type: 'Buffer', data: [0x61, 0xc3, 0xbc] }), 'aü');
    // As a flow file can hold them.
    assert.deepEqual(correlation(Uint8Array.of(0xff)), { type: 'Buffer', data: [0xff] });
    assert.deepEqual(correlation({ type: 'Buffer', data: [0xff, 1] }), { type: 'Buffer', data: [0xff, 1] });
    assert.equal(correlation([0x61]), 'a');
  });

  it('have a payload that is no text as the core nodes send it', () => {
    const payload = (willPayload: unknown): unknown => presence({ willPayload }).message.payload;
    const bytes = { type: 'Buffer', data: [0xff] };
    assert.deepEqual([payload(bytes), payload({ a: 1 }), payload(true)], [JSON.stringify(bytes), '{"a":1}', 'true']);
    assert.deepEqual([5, 0, false, null, undefined].map(payload), ['5', '', '', '', '']);
  });

  it('are literal if a variable within other text would be replaced here', () => {
    const literal = (settings: object): unknown => presence(settings).message.literal;
    assert.equal(literal({ willTopic: 'a/${X}/b', willPayload: '${Y}' }), true);
    assert.equal(literal({ willTopic: 'a', willPayload: 'x ${Y}' }), true);
    assert.equal(literal({ willTopic: 'a', willMsg: { userProps: '{"a":"x ${Y}"}' } }), true);
    assert.equal(literal({ willTopic: '${X}', willPayload: '${Y}' }), undefined);
  });

  it('are noted where a user property is a variable, which is no whole property in JSON text', () => {
    const noted = (willMsg: object): unknown[] =>
      presence({ willTopic: 'a', willMsg }).notes.map(({ key, values }) => [key, values.property]);
    const properties = { a: '${A}', b: 'b' };
    const said = [['variableInside', 'will.properties.userProperties["a"]']];
    assert.deepEqual(noted({ userProps: JSON.stringify(properties) }), said);
    assert.deepEqual(noted({ userProps: properties }), []);
  });

  it('user properties are an object, or its JSON text', () => {
    assert.deepEqual(userPropertiesFromCore({ a: 'x', b: { c: 1 }, d: null, e: undefined }), { a: 'x', b: '{"c":1}' });
    assert.deepEqual(userPropertiesFromCore(' {"a": true}'), { a: 'true' });
    for (const broken of ['[1]', '{', 'text', 5, undefined]) assert.equal(userPropertiesFromCore(broken), undefined);
  });
});
