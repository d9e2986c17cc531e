// The MQTT 5 properties of a publication: allowed values in message and node, and which of the two wins.

import assert from 'node:assert/strict';
import type { PublishSettings } from '#src/core/publications/publication-from-message';
import type { PropertySettings } from '#src/core/publications/publication-properties';
import { fixed, problem, published, template } from './published';

describe('core/publications/publication-properties', () => {
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
      ['retain', 2],
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
      ['correlationData', [1, 256]],
      ['correlationData', Buffer.alloc(65_536)],
      ['correlationData', long],
      ['userProperties', 'a=b'],
      ['userProperties', 5],
      ['userProperties', ['a', 'b']],
      ['userProperties', { a: {} }],
      ['userProperties', { a: ['x', null] }],
      ['userProperties', { a: [['x']] }],
      ['userProperties', { a: 'x\0' }],
      ['userProperties', { 'a\0': 'x' }],
      ['userProperties', { a: long }],
      ['userProperties', { [long]: 'x' }],
    ];
    it('values that the core nodes accept are accepted: 0 and 1, lists of bytes, names without a value', () => {
      assert.equal(published({ topic: 'a', retain: 1 }).retain, true);
      assert.equal(published({ topic: 'a', retain: 0 }).retain, false);
      for (const correlationData of [[1, 2], { type: 'Buffer', data: [1, 2] }])
        assert.deepEqual(published({ topic: 'a', correlationData }).properties, {
          correlationData: Buffer.from([1, 2]),
        });
      const userProperties = { a: null, b: undefined, c: 'x' };
      assert.deepEqual(published({ topic: 'a', userProperties }).properties, { userProperties: { c: 'x' } });
    });

    it('a message without a topic goes to its response topic, unless the node says where to', () => {
      const message = { responseTopic: 'answers/1', payload: 'x' };
      assert.equal(published(message).topic, 'answers/1');
      assert.equal(published({ ...message, topic: 'a' }).topic, 'a');
      assert.equal(published(message, { topic: fixed('b') }).topic, 'b');
      assert.equal(problem({ ...message, responseTopic: 'a/#' }).code, 'topic-invalid');
    });

    for (const [property, value] of refused) {
      it(`${property} ${shown(value)} is an error that names the property`, () => {
        const error = problem({ topic: 'a', [property]: value });
        assert.equal(error.code, 'property-invalid');
        assert.equal(error.params.property, `msg.${property}`);
        assert.notEqual(error.params.expected ?? error.params.expectedKey ?? '', '');
        assert.ok(String(error.params.value).length <= 62);
      });
    }

    it('the error contains the value', () => {
      assert.equal(problem({ topic: 'a', qos: 7 }).params.value, '7');
      assert.equal(problem({ topic: 'a', retain: 'perhaps' }).params.value, '"perhaps"');
      assert.equal(problem({ topic: 'a', qos: '7' }).params.value, '"7"', 'a text is told from a number');
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

  describe('properties that the node sets', () => {
    const set = (
      sources: PropertySettings['sources'],
      userProperties: PropertySettings['userProperties'] = [],
    ): Partial<PublishSettings> => ({ properties: { sources, userProperties } });

    it('win over those of the message', () => {
      const message = { topic: 'a', contentType: 'text/html', messageExpiryInterval: 5, responseTopic: 'kept' };
      const overrides = set({ contentType: fixed('text/plain'), messageExpiryInterval: fixed('60') });
      assert.deepEqual(published(message, overrides).properties, {
        contentType: 'text/plain',
        messageExpiryInterval: 60,
        responseTopic: 'kept',
      });
    });

    it('may be templates', () => {
      const overrides = set({ responseTopic: template('answers/{{payload.id}}') });
      assert.equal(published({ topic: 'a', payload: { id: 7 } }, overrides).properties?.responseTopic, 'answers/7');
      const error = problem({ topic: 'a' }, overrides);
      assert.equal(error.code, 'property-missing');
      assert.deepEqual([error.params.property, error.params.path], ['properties.responseTopic', 'payload.id']);
    });

    it('are left out where they have no value, whatever the message says', () => {
      const message = { topic: 'a', contentType: 'text/html' };
      assert.equal(published(message, set({ contentType: fixed(undefined) })).properties, undefined);
    });

    it('are named in the error for an invalid value', () => {
      const error = problem({ topic: 'a' }, set({ responseTopic: fixed('a/#') }));
      assert.deepEqual([error.code, error.params.property], ['property-invalid', 'properties.responseTopic']);
    });

    it('accept bytes that are no Buffer', () => {
      const { properties } = published({ topic: 'a' }, set({ correlationData: fixed(Uint8Array.from([1, 255])) }));
      assert.deepEqual(properties?.correlationData, Buffer.from([1, 255]));
    });

    it('join user properties with those of the message, which wins', () => {
      const overrides = set({}, [
        { name: 'unit', source: fixed('°C') },
        { name: 'line', source: template('{{payload.line}}') },
        { name: 'tag', source: fixed('a') },
        { name: 'tag', source: fixed('b') },
        { name: 'absent', source: fixed(undefined) },
      ]);
      const message = { topic: 'a', payload: { line: 7 }, userProperties: { unit: 'K', own: 1 } };
      assert.deepEqual(published(message, overrides).properties?.userProperties, {
        unit: 'K',
        line: '7',
        tag: ['a', 'b'],
        own: '1',
      });
    });

    it('name the user property at fault', () => {
      const overrides = set({}, [{ name: 'line', source: fixed({}) }]);
      assert.equal(problem({ topic: 'a' }, overrides).params.property, 'userProperties["line"]');
    });
  });

  describe('a payload that describes itself', () => {
    const describePayload = { describePayload: true };
    for (const [payload, contentType, payloadFormatIndicator] of [
      ['17', 'text/plain', true],
      [17, 'application/json', true],
      [Number.NaN, 'text/plain', true],
      [true, 'application/json', true],
      [{ a: 1 }, 'application/json', true],
      [12n, 'text/plain', true],
      [Buffer.from('17'), 'application/octet-stream', undefined],
    ] as const) {
      it(`${typeof payload} ${String(payload)} is ${contentType}`, () => {
        const { properties = {} } = published({ topic: 'a', payload }, describePayload);
        assert.deepEqual(
          [properties.contentType, properties.payloadFormatIndicator],
          [contentType, payloadFormatIndicator],
        );
      });
    }

    it('has no content type for an empty payload', () => {
      for (const payload of ['', null, Buffer.alloc(0)]) {
        assert.equal(published({ topic: 'a', payload }, describePayload).properties, undefined);
      }
    });

    it('does not replace a content type of the node or message', () => {
      const message = { topic: 'a', payload: '{}', contentType: 'text/csv', payloadFormatIndicator: false };
      const { properties } = published(message, describePayload);
      assert.deepEqual(properties, { contentType: 'text/csv', payloadFormatIndicator: false });
    });
  });
});

function shown(value: unknown): string {
  if (Buffer.isBuffer(value)) return `(Buffer of ${value.length} B)`;
  const text = JSON.stringify(value, (_, part: unknown) => (part === undefined ? 'undefined' : part)) ?? 'undefined';
  return text.length > 50 ? `${text.slice(0, 20)}… (${text.length} characters)` : `${text} (${typeof value})`;
}
