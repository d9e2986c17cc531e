// Requests without a connection: what is remembered of them, and the messages that they become.

import assert from 'node:assert/strict';
import type { ReceivedMessage } from '#src/core/publications/message-from-publication';
import { answeredMessage, gatheredMessage } from '#src/core/requests/answered-message';
import { replyMessage } from '#src/core/requests/reply-message';
import { type RequestOrigin, RequestOrigins } from '#src/core/requests/request-origins';
import { parseResponseFilter, responseFilterFor } from '#src/core/topics/response-filter';

const origin = (responseTopic: string, bytes = 0): RequestOrigin => ({
  responseTopic,
  correlationData: Buffer.alloc(bytes, 7),
  qos: 1,
});

describe('core/requests', () => {
  describe('the requests in the flows', () => {
    it('are limited in number; the oldest is forgotten first', () => {
      const origins = new RequestOrigins({ entries: 2, bytes: 1000 });
      for (const id of ['a', 'b', 'c']) origins.add(id, origin(`to/${id}`));
      assert.deepEqual(
        ['a', 'b', 'c'].map((id) => origins.of(id)?.responseTopic),
        [undefined, 'to/b', 'to/c'],
      );
    });

    it('are limited in bytes', () => {
      const origins = new RequestOrigins({ entries: 100, bytes: 100 });
      origins.add('a', origin('t', 60));
      origins.add('b', origin('t', 60));
      assert.equal(origins.of('a'), undefined);
      // The same again takes no further room.
      origins.add('b', origin('u', 60));
      assert.equal(origins.of('b')?.responseTopic, 'u');
    });
  });

  describe('a reply', () => {
    it('is published to the response topic, although the flow has replaced the message', () => {
      const reply = replyMessage({ payload: 1, topic: 'elsewhere' }, origin('to/me', 2));
      assert.deepEqual(reply, {
        ok: true,
        value: { payload: 1, topic: 'to/me', correlationData: Buffer.alloc(2, 7), qos: 1 },
      });
    });

    it('prefers the properties of the message, and is neither retained nor a request', () => {
      const message = { responseTopic: 'other', correlationData: 'x', qos: 0, retain: true };
      const before = structuredClone(message);
      const reply = replyMessage(message, origin('to/me', 2));
      assert.deepEqual(reply, { ok: true, value: { topic: 'other', correlationData: 'x', qos: 0 } });
      assert.deepEqual(message, before);
    });

    it('is an error without a request', () => {
      const reply = replyMessage({ payload: 1, responseTopic: '' }, undefined);
      assert.ok(!reply.ok);
      assert.equal(reply.error.code, 'reply-without-request');
    });
  });

  describe('an answered message', () => {
    const reply: ReceivedMessage = {
      topic: 'mqtt-flows/response/1',
      payload: 21,
      qos: 1,
      retain: false,
      correlationData: Buffer.from('ours'),
      userProperties: { unit: 'C' },
    };

    it('has the reply and all other properties of the request, even its own correlation data', () => {
      const message = {
        _msgid: 'm',
        topic: 'ask',
        payload: '?',
        contentType: 'text/plain',
        responseTopic: 'upstream',
        correlationData: 'users',
        mine: [1],
      };
      assert.deepEqual(answeredMessage(message, reply), {
        _msgid: 'm',
        topic: 'mqtt-flows/response/1',
        payload: 21,
        qos: 1,
        retain: false,
        responseTopic: 'upstream',
        correlationData: 'users',
        userProperties: { unit: 'C' },
        mine: [1],
      });
    });

    it('gets no correlation data if it had none', () => {
      assert.ok(!('correlationData' in answeredMessage({ payload: 1 }, reply)));
    });

    it('has all replies in their order', () => {
      const gathered = gatheredMessage({ topic: 'ask', payload: '?', contentType: 'x' }, [
        reply,
        { ...reply, payload: 22 },
      ]);
      const { correlationData: _ours, ...own } = reply;
      assert.deepEqual(gathered, {
        topic: 'ask',
        payload: [21, 22],
        replies: [own, { ...own, payload: 22 }],
      } as object);
    });
  });

  describe('the filter of a device', () => {
    function filterFor(text: string, message: object): string {
      const template = parseResponseFilter(text);
      if (!template.ok) return template.error.code;
      const filter = responseFilterFor(template.value, message);
      return filter.ok ? filter.value.wire : filter.error.code;
    }

    it('is filled from the message', () => {
      assert.equal(filterFor('stat/{{params.device}}/RESULT', { params: { device: 'x' } }), 'stat/x/RESULT');
      assert.equal(filterFor('stat/+device/{{payload}}', { payload: 'POWER' }), 'stat/+/POWER');
    });

    it('accepts no wildcard in a value, and no group', () => {
      for (const device of ['#', '+', 'a/#']) {
        assert.equal(filterFor('stat/{{device}}', { device }), 'topic-invalid', device);
      }
      assert.equal(filterFor('$share/g/stat', {}), 'filter-invalid');
      assert.equal(filterFor('{{device}}', { device: '$share/g/stat' }), 'filter-invalid');
    });

    it('names a missing value', () => {
      assert.equal(filterFor('stat/{{device}}', {}), 'topic-missing');
      assert.equal(filterFor('stat/{{', {}), 'template-invalid');
      assert.equal(filterFor('', {}), 'filter-invalid');
      assert.equal(filterFor('a/#/b', {}), 'filter-invalid');
    });
  });
});
