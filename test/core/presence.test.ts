// What counts as presence among birth, close and will messages, whoever made them.

import assert from 'node:assert/strict';
import { brokerFromCore } from '#src/core/conversion/broker-from-core';
import { conversionDefaults } from '#src/core/conversion/conversion-options';
import type { MessageConfig } from '#src/core/servers/message-config';
import { type MessagesAboutClient, messagesOfPresence, presenceMeant, presenceOf } from '#src/core/servers/presence';

const PRESENCE = { topic: 'plant/gateway', online: 'up', offline: 'down' };
const WHOLE = messagesOfPresence(PRESENCE);
const NONE: MessageConfig = { topic: '', payload: '', qos: 0, retain: false, properties: {} };

/** The presence with other messages. */
function changed(changes: { [K in keyof MessagesAboutClient]?: Partial<MessageConfig> }): MessagesAboutClient {
  return {
    birth: { ...WHOLE.birth, ...changes.birth },
    close: { ...WHOLE.close, ...changes.close },
    will: { ...WHOLE.will, ...changes.will },
  };
}

describe('a presence', () => {
  it('is three messages on one topic, retained, with QoS 1', () => {
    const { birth, close, will } = WHOLE;
    for (const message of [birth, close, will]) {
      assert.deepEqual([message.topic, message.qos, message.retain], ['plant/gateway', 1, true]);
    }
    assert.deepEqual([birth.payload, close.payload, will.payload], ['up', 'down', 'down']);
    assert.deepEqual(presenceOf(WHOLE), PRESENCE);
  });

  it('has the usual words for blank ones', () => {
    const usual = messagesOfPresence({ topic: 'a', online: '', offline: '' });
    assert.deepEqual(presenceOf(usual), { topic: 'a', online: 'online', offline: 'offline' });
  });

  it('is found in a core node that repeats one topic three times', () => {
    const core: Record<string, unknown> = { broker: 'localhost', port: '1883', protocolVersion: '4' };
    for (const [name, payload] of [
      ['birth', 'up'],
      ['close', 'down'],
      ['will', 'down'],
    ]) {
      Object.assign(core, {
        [`${name}Topic`]: 'plant/gateway',
        [`${name}Payload`]: payload,
        [`${name}Qos`]: '1',
        [`${name}Retain`]: 'true',
        [`${name}Msg`]: {},
      });
    }
    const converted = brokerFromCore({ id: 'b', type: 'mqtt-broker', ...core }, conversionDefaults);
    assert.ok(converted.ok);
    const { birth, close, will } = converted.node as unknown as MessagesAboutClient;
    assert.deepEqual(presenceOf({ birth, close, will }), PRESENCE);
  });

  const almost: readonly [string, MessagesAboutClient][] = [
    ['a birth message that is not retained', changed({ birth: { retain: false } })],
    ['a will with QoS 0', changed({ will: { qos: 0 } })],
    ['no close message', changed({ close: NONE })],
  ];
  for (const [name, messages] of almost) {
    it(`is meant, but not there, with ${name}`, () => {
      assert.equal(presenceOf(messages), undefined);
      assert.deepEqual(presenceMeant(messages), PRESENCE);
    });
  }

  const others: readonly [string, MessagesAboutClient][] = [
    ['two topics', changed({ will: { topic: 'plant/other' } })],
    ['no will', changed({ will: NONE })],
    ['one word', changed({ birth: { payload: 'down' } })],
    ['different words for the end', changed({ will: { payload: 'lost' } })],
    ['an empty payload, which removes what is retained', changed({ close: { payload: '' }, will: { payload: '' } })],
    ['a payload of JSON', changed({ birth: { payload: '{}', payloadType: 'json' } })],
    ['text that is not filled in', changed({ birth: { literal: true } })],
    ['a property of MQTT 5', changed({ will: { properties: { willDelayInterval: 30 } } })],
    ['nothing', { birth: NONE, close: NONE, will: NONE }],
  ];
  for (const [name, messages] of others) {
    it(`is not meant by messages with ${name}`, () => assert.equal(presenceMeant(messages), undefined));
  }
});
