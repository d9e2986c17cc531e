// Publications made from messages, with the property names of Node-RED's core MQTT nodes.

import assert from 'node:assert/strict';
import { type PublishSettings, publicationFromMessage } from '#src/core/publications/publication-from-message';
import { NO_PROPERTY_SETTINGS } from '#src/core/publications/publication-properties';
import type { ValueSource } from '#src/core/values/value-source';
import { auto, fixed, problem, published, settings, template } from './published';

describe('core/publications/publication-from-message', () => {
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

    it('may have other properties, which are not sent', () => {
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
        { topic: template('b/{{topic}}'), qos: fixed(0), retain: fixed(false) },
      );
      assert.deepEqual(publication, { topic: 'b/a', payload: '', qos: 0, retain: false });
    });

    it('replace invalid values of the message', () => {
      const publication = published({ topic: 'a', qos: 9, retain: 'perhaps' }, { qos: fixed(1), retain: fixed(true) });
      assert.deepEqual(publication, { topic: 'a', payload: '', qos: 1, retain: true });
    });
  });

  describe('where a setting takes its value from', () => {
    const message = { topic: 't', payload: { where: 'hall', level: 1, keep: true, at: ['x', 'y'] } };

    it('another property of the message', () => {
      const qos: ValueSource = { kind: 'path', path: ['payload', 'level'], text: 'msg.payload.level' };
      const retain: ValueSource = { kind: 'path', path: ['payload', 'keep'], text: 'msg.payload.keep' };
      const { qos: sentQoS, retain: sentRetain } = published(message, { qos, retain });
      assert.deepEqual([sentQoS, sentRetain], [1, true]);
    });

    it('a value that the runtime has found outside of the message', () => {
      const outside = (index: number): ValueSource => ({ kind: 'outside', index, text: 'flow.x' });
      const overrides = { topic: outside(1), qos: outside(0) };
      const result = publicationFromMessage(message, settings(overrides), auto(), ['2', 'from/flow']);
      assert.ok(result.ok);
      assert.deepEqual([result.publication.topic, result.publication.qos], ['from/flow', 2]);
    });

    it('a topic that is not found is an error that names its source', () => {
      const topic: ValueSource = { kind: 'outside', index: 0, text: 'flow.where' };
      for (const [value, problem] of [
        [undefined, 'missing'],
        ['', 'empty'],
        [{}, 'notText'],
      ] as const) {
        const result = publicationFromMessage(message, settings({ topic }), auto(), [value]);
        assert.ok(!result.ok);
        assert.equal(result.error.code, 'topic-missing');
        assert.equal(result.error.params.path, 'flow.where');
        assert.equal(result.error.params.problemKey, `templateValue.${problem}`);
      }
    });

    it('a template that lacks its value is an error that names the setting', () => {
      const lacking = template('{{absent}}');
      assert.equal(problem(message, { qos: lacking }).params.property, 'qos');
      assert.equal(problem(message, { retain: lacking }).params.property, 'retain');
      const userProperties = [{ name: 'trace', source: lacking }];
      const properties = { ...NO_PROPERTY_SETTINGS, userProperties };
      assert.equal(problem(message, { properties }).params.property, 'userProperties["trace"]');
    });

    it('a wrong value names the setting, not the message', () => {
      assert.equal(problem(message, { qos: fixed('7') }).params.property, 'qos');
      assert.equal(problem(message, { retain: fixed('perhaps') }).params.property, 'retain');
    });
  });

  describe('a retained message', () => {
    it('is cleared by an empty payload with retain, whatever the payload of the message is', () => {
      const expected = { topic: 'a', payload: '', qos: 0, retain: true };
      assert.deepEqual(published({ topic: 'a', payload: { x: 1 } }, { retain: fixed('clear') }), expected);
      assert.deepEqual(published({ topic: 'a', payload: () => 1, retain: 'clear' }), expected);
      assert.deepEqual(published({ topic: 'a', retain: true }), expected);
    });
  });

  describe('without a connection', () => {
    const whileOffline = (message: object, overrides: Partial<PublishSettings> = {}): unknown => {
      const result = publicationFromMessage(message, settings(overrides), auto());
      return result.ok ? result.whileOffline : result.error.params.property;
    };

    it('a message waits, unless the node or the message says that it fails', () => {
      assert.equal(whileOffline({ topic: 'a', payload: '' }), 'wait');
      assert.equal(whileOffline({ topic: 'a', payload: '', whileOffline: 'fail' }), 'fail');
      assert.equal(whileOffline({ topic: 'a', payload: '', whileOffline: 'wait' }, { whileOffline: 'fail' }), 'fail');
      assert.equal(whileOffline({ topic: 'a', whileOffline: 'perhaps' }), 'msg.whileOffline');
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

    it('a message without a payload, unless it clears what is retained', () => {
      for (const retain of [true, false]) {
        const error = problem({ topic: 'a', payload: undefined, retain });
        assert.deepEqual([error.code, error.params.topic], ['payload-missing', 'a']);
      }
      const cleared = { topic: 'a', payload: '', qos: 0, retain: true };
      assert.deepEqual(published({ topic: 'a', payload: undefined, retain: 'clear' }), cleared);
      assert.deepEqual(published({ topic: 'a', payload: null, retain: true }), cleared);
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
});
