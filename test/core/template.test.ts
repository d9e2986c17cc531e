// Texts with {{path}} in them: reading, and filling from a message.

import assert from 'node:assert/strict';
import { type FillProblem, fillTemplate, parseTemplate } from '#src/core/values/template';
import { templateOf } from './parsed';

describe('core/values/template', () => {
  describe('reading', () => {
    for (const text of ['', 'a/b', '}}', 'a}}b', '{a}', '{', '$', '{ {a} }']) {
      it(`"${text}" has no placeholder`, () => {
        const template = templateOf(text);
        assert.equal(template.constant, text);
        assert.deepEqual(fillTemplate(template, { a: 'x' }), { ok: true, text });
      });
    }

    it('a text with a placeholder is not constant', () => {
      assert.equal(templateOf('a/{{b}}').constant, undefined);
      assert.equal(templateOf('a/{{b}}').text, 'a/{{b}}');
    });

    for (const [text, problem, at] of [
      ['a/{{b', 'unclosed', '{{b'],
      ['{{', 'unclosed', '{{'],
      ['{{a}}/{{b}', 'unclosed', '{{b}'],
      ['a/{{}}/c', 'emptyPath', '{{}}'],
      ['{{  }}', 'emptyPath', '{{  }}'],
      ['{{a..b}}', 'emptyPath', '{{a..b}}'],
      ['{{.a}}', 'emptyPath', '{{.a}}'],
      ['{{a.}}x', 'emptyPath', '{{a.}}'],
      ['{{a[}}', 'emptyPath', '{{a[}}'],
      ['{{a[b]}}', 'emptyPath', '{{a[b]}}'],
      ['{{a[msg.]}}', 'emptyPath', '{{a[msg.]}}'],
    ] as const) {
      it(`"${text}": ${problem}`, () => {
        assert.deepEqual(parseTemplate(text), { ok: false, problem, at });
      });
    }
  });

  describe('filling', () => {
    const message = {
      topic: 'plant/7',
      payload: { id: 17, ok: false, name: 'press', nested: { deep: 'x' }, list: ['zero', 'one'] },
      params: { line: '7' },
      big: 12_345_678_901_234_567_890n,
      zero: 0,
      keys: ['nested'],
      'with-dash': 'd',
    };

    for (const [text, filled] of [
      ['{{topic}}', 'plant/7'],
      ['report/{{params.line}}/{{payload.id}}', 'report/7/17'],
      ['{{payload.name}}{{payload.name}}', 'presspress'],
      ['{{ payload.name }}/x', 'press/x'],
      ['{{payload.ok}}', 'false'],
      ['{{zero}}', '0'],
      ['{{big}}', '12345678901234567890'],
      ['{{payload.nested.deep}}', 'x'],
      ['{{payload.list.1}}', 'one'],
      ['{{with-dash}}', 'd'],
      ['{{payload.list[1]}}', 'one'],
      ['{{payload["name"]}}', 'press'],
      ["{{payload['nested'].deep}}", 'x'],
      ['{{["with-dash"]}}', 'd'],
      ['{{msg.topic}}', 'plant/7'],
      ['{{payload.list[msg.zero]}}', 'zero'],
      ['{{payload[msg.keys[0]].deep}}', 'x'],
      ['a}}{{zero}}}}b', 'a}}0}}b'],
    ] as const) {
      it(`"${text}" becomes "${filled}"`, () => {
        assert.deepEqual(fillTemplate(templateOf(text), message), { ok: true, text: filled });
      });
    }

    it('a filled-in value is not read as a template', () => {
      assert.deepEqual(fillTemplate(templateOf('{{a}}'), { a: '{{b}}', b: 'x' }), { ok: true, text: '{{b}}' });
    });

    const problems: readonly [value: unknown, problem: FillProblem][] = [
      [undefined, 'missing'],
      [null, 'missing'],
      ['', 'empty'],
      [{}, 'notText'],
      [[], 'notText'],
      [['a'], 'notText'],
      [Buffer.from('a'), 'notText'],
      [new Date(0), 'notText'],
      [Number.NaN, 'notText'],
      [Number.POSITIVE_INFINITY, 'notText'],
      [() => 'a', 'notText'],
      [Symbol('a'), 'notText'],
    ];
    for (const [value, problem] of problems) {
      it(`a value that is ${Object.prototype.toString.call(value)} ${String(JSON.stringify(value))}: ${problem}`, () => {
        const result = fillTemplate(templateOf('x/{{payload.value}}'), { payload: { value } });
        assert.deepEqual(result, { ok: false, problem, at: 'payload.value' });
      });
    }

    for (const path of [
      'absent',
      'msg.absent',
      'payload[msg.absent]',
      'payload.list[7]',
      'payload.absent.deeper',
      'topic.length',
      'constructor',
      'constructor.name',
      '__proto__',
      '__proto__.constructor.name',
      'toString',
      'payload.constructor.name',
    ]) {
      it(`"${path}" is missing: only own properties of the message are read`, () => {
        const result = fillTemplate(templateOf(`{{${path}}}`), message);
        assert.deepEqual(result, { ok: false, problem: 'missing', at: path });
      });
    }

    it('the first invalid value is named', () => {
      const result = fillTemplate(templateOf('{{zero}}/{{a}}/{{b}}'), message);
      assert.deepEqual(result, { ok: false, problem: 'missing', at: 'a' });
    });
  });
});
