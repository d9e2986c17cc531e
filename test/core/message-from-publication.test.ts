// Received publications as messages, with the property names of Node-RED's core MQTT nodes.

import assert from 'node:assert/strict';
import { messageFromPublication } from '#src/core/publications/message-from-publication';
import type { IncomingPublication } from '#src/core/publications/publication';
import { deepFreeze } from './deep-freeze';

function incoming(overrides: Partial<IncomingPublication> = {}): IncomingPublication {
  return {
    topic: 'a/b',
    payload: Buffer.from('x'),
    qos: 1,
    retain: false,
    dup: false,
    subscriptionIdentifiers: [],
    ...overrides,
  };
}

describe('core/publications/message-from-publication', () => {
  it('has topic, payload, QoS and retain, and nothing that the publication does not have', () => {
    const message = messageFromPublication(incoming(), { x: 1 }, 0, undefined);
    assert.deepEqual(message, { topic: 'a/b', payload: { x: 1 }, qos: 0, retain: false });
  });

  it('has all properties of MQTT 5 under the names of the core nodes', () => {
    const properties = {
      payloadFormatIndicator: true,
      messageExpiryInterval: 60,
      contentType: 'text/plain',
      responseTopic: 'answer',
      correlationData: Buffer.from([1, 2]),
      userProperties: { a: 'x', b: ['y', 'z'] },
    };
    const message = messageFromPublication(incoming({ retain: true, properties }), 'x', 1, undefined);
    assert.deepEqual(message, { topic: 'a/b', payload: 'x', qos: 1, retain: true, ...properties });
  });

  it('has dup only if it is set', () => {
    assert.equal(messageFromPublication(incoming({ dup: true }), 'x', 1, undefined).dup, true);
    assert.ok(!('dup' in messageFromPublication(incoming({ dup: false }), 'x', 1, undefined)));
  });

  it('has the values of named wildcards', () => {
    const message = messageFromPublication(incoming(), 'x', 1, { line: '7' });
    assert.deepEqual(message.params, { line: '7' });
  });

  it('does not change the publication', () => {
    const publication = deepFreeze(incoming({ dup: true, properties: { userProperties: { a: 'x' } } }));
    messageFromPublication(publication, 'x', 0, { a: 'b' });
  });

  it('shares no user properties with the message of another subscriber', () => {
    const publication = incoming({ properties: { userProperties: { trace: '1', list: ['a'] } } });
    const first = messageFromPublication(publication, 'x', 1, undefined);
    const second = messageFromPublication(publication, 'x', 1, undefined);
    if (first.userProperties) {
      first.userProperties.trace = 'changed by one flow';
      const list = first.userProperties.list;
      if (Array.isArray(list)) list.push('b');
    }
    assert.deepEqual(second.userProperties, { trace: '1', list: ['a'] });
  });
});
