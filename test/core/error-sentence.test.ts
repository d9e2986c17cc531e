// Sentences of errors: what strangers have sent stays one short line in them.

import assert from 'node:assert/strict';
import { errorSentence } from '#src/core/errors/error-sentence';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';

describe('core/errors/error-sentence', () => {
  const text = (key: string, values: Readonly<Record<string, string | number>>): string =>
    key.startsWith('errors.') ? `${values.topic} (${values.detail}) on ${values.server}: ${values.count}` : `<${key}>`;

  it('has no line feeds, no control characters and no more than 200 characters of a value', () => {
    const topic = `a\n28 Nov 12:00:00 - [error] \u001b[31mforged\u2028${'x'.repeat(65_000)}`;
    const params = { topic, detailKey: 'payload.json', count: 3 };
    const error = new MqttFlowsError('payload-undecodable', { stage: 'decode', params });
    const sentence = errorSentence(error, { server: 'one\r\ntwo' }, text);
    assert.match(sentence, /^a 28 Nov 12:00:00 - \[error\] \[31mforged x+… \(<payload\.json>\) on one two: 3$/);
    assert.ok(sentence.length < 260);
  });
});
