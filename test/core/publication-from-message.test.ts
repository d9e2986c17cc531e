// Messages, as the publications that they ask for: the property names of Node-RED's core MQTT nodes.

import assert from 'node:assert/strict';
import { type Codec, findCodec } from '#src/core/codec';
import type { MqttFlowsError } from '#src/core/mqtt-flows-error';
import type { OutgoingPublication } from '#src/core/publication';
import { type PublishSettings, publicationFromMessage } from '#src/core/publication-from-message';
import { deepFreeze } from './deep-freeze';
import { templateOf } from './parsed';

function auto(): Codec {
  const codec = findCodec('auto');
  assert.ok(codec);
  return codec;
}

const settings = (overrides: Partial<PublishSettings> = {}): PublishSettings => ({
  topic: templateOf('{{topic}}'),
  qos: undefined,
  retain: undefined,
  ...overrides,
});

function published(message: object, overrides: Partial<PublishSettings> = {}): OutgoingPublication {
  const result = publicationFromMessage(deepFreeze(message), settings(overrides), auto());
  assert.ok(result.ok, 'the message can be published');
  return result.publication;
}

function problem(message: object, overrides: Partial<PublishSettings> = {}): MqttFlowsError {
  const result = publicationFromMessage(deepFreeze(message), settings(overrides), auto());
  assert.ok(!result.ok, 'the message cannot be published');
  assert.equal(result.error.stage, 'publish');
  return result.error;
}

describe('core/publication-from-message', () => {
  describe('a message to send', () => {
    it('needs a topic only', () => {
      assert.deepEqual(published({ topic: 'a' }), { topic: 'a', payload: '', qos: 0, retain: false });
    });

    it('may have all properties of MQTT 5', () => {
      const correlationData = Buffer.from([1]);
      const publication = published({
        topic: 'a',
        payload: { v: 1 },
        qos: 2,
        retain: true,
        payloadFormatIndicator: true,
        messageExpiryInterval: 60,
        contentType: 'application/json',
        responseTopic: 'answer/1',
        correlationData,
        userProperties: { a: 'x', b: ['y', 'z'] },
      });
      assert.deepEqual(publication, {
        topic: 'a',
        payload: '{"v":1}',
        qos: 2,
        retain: true,
        properties: {
          payloadFormatIndicator: true,
          messageExpiryInterval: 60,
          contentType: 'application/json',
          responseTopic: 'answer/1',
          correlationData,
          userProperties: { a: 'x', b: ['y', 'z'] },
        },
      });
      assert.equal(publication.properties?.correlationData, correlationData, 'the Buffer is not copied');
    });

    it('keeps its payload when that is a Buffer', () => {
      const payload = Buffer.from('x');
      assert.equal(published({ topic: 'a', payload }).payload, payload);
    });

    it('has other properties of its own, which are not sent', () => {
      const publication = published({ topic: 'a', payload: 'x', _msgid: '1', req: {}, dup: true, messageId: 7 });
      assert.deepEqual(publication, { topic: 'a', payload: 'x', qos: 0, retain: false });
    });

    for (const blank of [undefined, null, '']) {
      it(`a property that is ${JSON.stringify(blank) ?? 'undefined'} counts as absent`, () => {
        const publication = published({
          topic: 'a',
          payload: 'x',
          qos: blank,
          retain: blank,
          payloadFormatIndicator: blank,
          messageExpiryInterval: blank,
          contentType: blank,
          responseTopic: blank,
          correlationData: blank,
          userProperties: blank,
        });
        assert.deepEqual(publication, { topic: 'a', payload: 'x', qos: 0, retain: false });
      });
    }
  });

  describe("the node's settings", () => {
    it('win over the message', () => {
      const publication = published(
        { topic: 'a', qos: 2, retain: true },
        { topic: templateOf('b/{{topic}}'), qos: 0, retain: false },
      );
      assert.deepEqual(publication, { topic: 'b/a', payload: '', qos: 0, retain: false });
    });

    it('make up for what the message has wrong', () => {
      const publication = published({ topic: 'a', qos: 9, retain: 'perhaps' }, { qos: 1, retain: true });
      assert.deepEqual(publication, { topic: 'a', payload: '', qos: 1, retain: true });
    });
  });

  describe('what cannot be sent', () => {
    it('a message without topic', () => {
      const error = problem({ payload: 'x' });
      assert.equal(error.code, 'topic-missing');
      assert.equal(error.params.path, 'topic');
    });

    it('a topic with a wildcard', () => {
      assert.equal(problem({ topic: 'a/#' }).code, 'topic-invalid');
    });

    it('a payload that has no bytes', () => {
      const error = problem({ topic: 'a', payload: () => 1 });
      assert.equal(error.code, 'payload-unencodable');
      assert.equal(error.params.detail, 'function');
    });

    it('a circular payload', () => {
      const payload: { self?: object } = {};
      payload.self = payload;
      const result = publicationFromMessage({ topic: 'a', payload }, settings(), auto());
      assert.ok(!result.ok);
      assert.equal(result.error.code, 'payload-unencodable');
    });
  });

  describe('values of a property', () => {
    const long = 'a'.repeat(65_536);
    const accepted: readonly [property: string, value: unknown, sent: unknown][] = [
      ['payloadFormatIndicator', true, true],
      ['payloadFormatIndicator', false, false],
      ['payloadFormatIndicator', 1, true],
      ['payloadFormatIndicator', 0, false],
      ['payloadFormatIndicator', 'true', true],
      ['payloadFormatIndicator', 'false', false],
      ['messageExpiryInterval', 0, 0],
      ['messageExpiryInterval', 4_294_967_295, 4_294_967_295],
      ['messageExpiryInterval', '60', 60],
      ['contentType', 'text/plain; charset=utf-8', 'text/plain; charset=utf-8'],
      ['contentType', 'a'.repeat(65_535), 'a'.repeat(65_535)],
      ['responseTopic', '/answer', '/answer'],
      ['correlationData', Buffer.alloc(65_535), Buffer.alloc(65_535)],
      ['correlationData', 'text', Buffer.from('text')],
      ['correlationData', Buffer.alloc(0), Buffer.alloc(0)],
      ['userProperties', { a: 'x' }, { a: 'x' }],
      ['userProperties', { n: 1, b: true, l: ['x', 2, false] }, { n: '1', b: 'true', l: ['x', '2', 'false'] }],
      ['userProperties', { '': '' }, { '': '' }],
      ['userProperties', { a: [] }, { a: [] }],
      ['userProperties', {}, undefined],
    ];
    for (const [property, value, sent] of accepted) {
      it(`${property} ${shown(value)} is sent`, () => {
        const { properties } = published({ topic: 'a', [property]: value });
        assert.deepEqual({ ...properties }[property], sent);
      });
    }

    const refused: readonly [property: string, value: unknown][] = [
      ['qos', 3],
      ['qos', -1],
      ['qos', 1.5],
      ['qos', '3'],
      ['qos', 'one'],
      ['qos', true],
      ['qos', {}],
      ['qos', Number.NaN],
      ['retain', 1],
      ['retain', 0],
      ['retain', 'yes'],
      ['retain', {}],
      ['payloadFormatIndicator', 2],
      ['payloadFormatIndicator', 'yes'],
      ['payloadFormatIndicator', {}],
      ['messageExpiryInterval', -1],
      ['messageExpiryInterval', 4_294_967_296],
      ['messageExpiryInterval', 1.5],
      ['messageExpiryInterval', 'soon'],
      ['messageExpiryInterval', Number.POSITIVE_INFINITY],
      ['messageExpiryInterval', true],
      ['messageExpiryInterval', [60]],
      ['contentType', 5],
      ['contentType', {}],
      ['contentType', 'a\0'],
      ['contentType', '\uD800'],
      ['contentType', long],
      ['responseTopic', 'a/+'],
      ['responseTopic', '#'],
      ['responseTopic', 5],
      ['responseTopic', 'a\0'],
      ['responseTopic', long],
      ['correlationData', 5],
      ['correlationData', {}],
      ['correlationData', [1, 2]],
      ['correlationData', Buffer.alloc(65_536)],
      ['correlationData', long],
      ['userProperties', 'a=b'],
      ['userProperties', 5],
      ['userProperties', ['a', 'b']],
      ['userProperties', { a: {} }],
      ['userProperties', { a: null }],
      ['userProperties', { a: undefined }],
      ['userProperties', { a: ['x', null] }],
      ['userProperties', { a: [['x']] }],
      ['userProperties', { a: 'x\0' }],
      ['userProperties', { 'a\0': 'x' }],
      ['userProperties', { a: long }],
      ['userProperties', { [long]: 'x' }],
    ];
    for (const [property, value] of refused) {
      it(`${property} ${shown(value)} is an error that names the property`, () => {
        const error = problem({ topic: 'a', [property]: value });
        assert.equal(error.code, 'property-invalid');
        assert.equal(error.params.property, `msg.${property}`);
        assert.notEqual(error.params.expected ?? error.params.expectedKey ?? '', '');
        assert.ok(String(error.params.value).length <= 60);
      });
    }

    it('the value at fault is named too', () => {
      assert.equal(problem({ topic: 'a', qos: 7 }).params.value, '7');
      assert.equal(problem({ topic: 'a', retain: 'perhaps' }).params.value, 'perhaps');
    });

    for (const [qos, sent] of [
      [0, 0],
      [1, 1],
      [2, 2],
      ['0', 0],
      ['1', 1],
      ['2', 2],
    ] as const) {
      it(`QoS ${JSON.stringify(qos)} is sent`, () => {
        assert.equal(published({ topic: 'a', qos }).qos, sent);
      });
    }

    for (const [retain, sent] of [
      [true, true],
      [false, false],
      ['true', true],
      ['false', false],
    ] as const) {
      it(`retain ${JSON.stringify(retain)} is sent`, () => {
        assert.equal(published({ topic: 'a', retain }).retain, sent);
      });
    }

    it('"__proto__" is the name of a user property like any other', () => {
      const message: object = JSON.parse('{"topic":"a","userProperties":{"__proto__":"x","constructor":"y"}}');
      const sent = published(message).properties?.userProperties;
      assert.ok(sent);
      assert.deepEqual(Object.entries(sent), [
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ]);
      assert.equal(Object.getPrototypeOf(sent), Object.prototype);
    });
  });
});

function shown(value: unknown): string {
  if (Buffer.isBuffer(value)) return `(Buffer of ${value.length} B)`;
  const text = JSON.stringify(value, (_, part: unknown) => (part === undefined ? 'undefined' : part)) ?? 'undefined';
  return text.length > 50 ? `${text.slice(0, 20)}… (${text.length} characters)` : `${text} (${typeof value})`;
}
