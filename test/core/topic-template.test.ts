// Topic names made from templates: an invalid topic is an error and is never sent.

import assert from 'node:assert/strict';
import { fillTopic } from '#src/core/topics/topic-template';
import { templateOf } from './parsed';

function errorOf(template: string, message: object): { code: string; stage: string; params: object } {
  const result = fillTopic(templateOf(template), message, 'route');
  assert.ok(!result.ok);
  const { code, stage, params } = result.error;
  return { code, stage, params };
}

describe('core/topics/topic-template', () => {
  it('a topic is made from constant text and values', () => {
    const result = fillTopic(templateOf('report/{{params.line}}'), { params: { line: 7 } }, 'publish');
    assert.deepEqual(result, { ok: true, topic: 'report/7' });
  });

  it('a constant topic needs no value of the message', () => {
    assert.deepEqual(fillTopic(templateOf('a/b'), {}, 'publish'), { ok: true, topic: 'a/b' });
  });

  it('a value may have several levels', () => {
    assert.deepEqual(fillTopic(templateOf('{{topic}}/x'), { topic: 'a/b' }, 'publish'), { ok: true, topic: 'a/b/x' });
  });

  for (const [value, problem] of [
    [undefined, 'missing'],
    ['', 'empty'],
    [{ a: 1 }, 'notText'],
  ] as const) {
    it(`a value that is ${JSON.stringify(value) ?? 'absent'} is an error that names template and path`, () => {
      assert.deepEqual(errorOf('x/{{topic}}', { topic: value }), {
        code: 'topic-missing',
        stage: 'route',
        params: { template: 'x/{{topic}}', path: 'topic', problemKey: `templateValue.${problem}` },
      });
    });
  }

  for (const [value, problem] of [
    ['a/+', 'wildcard'],
    ['#', 'wildcard'],
    ['a\0', 'nul'],
    ['\uD800', 'unpairedSurrogate'],
  ] as const) {
    it(`a value with ${JSON.stringify(value)} is an error that names the topic`, () => {
      assert.deepEqual(errorOf('{{topic}}', { topic: value }), {
        code: 'topic-invalid',
        stage: 'route',
        params: { topic: value, problemKey: `topicName.${problem}` },
      });
    });
  }

  it('a value with a wildcard in a template is an error that names its placeholder too', () => {
    assert.deepEqual(errorOf('x/{{ok}}/{{payload.id}}', { ok: 'y', payload: { id: 'a+' } }), {
      code: 'topic-invalid',
      stage: 'route',
      params: { topic: 'x/y/a+', path: 'payload.id', problemKey: 'templateValue.wildcard' },
    });
  });

  it('an empty template is an error', () => {
    assert.deepEqual(errorOf('', {}), {
      code: 'topic-invalid',
      stage: 'route',
      params: { topic: '', problemKey: 'topicName.empty' },
    });
  });

  it('a topic that is too long is named by its beginning', () => {
    const { code, params } = errorOf('{{topic}}', { topic: 'a'.repeat(70_000) });
    assert.equal(code, 'topic-invalid');
    assert.deepEqual(params, { topic: 'a'.repeat(200), problemKey: 'topicName.tooLong' });
  });
});
