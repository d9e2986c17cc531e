// JSON with {{path}} in it: what it makes, where it is wrong, and what is said of a value that is missing.

import assert from 'node:assert/strict';
import { fillJsonTemplate, parseJsonTemplate } from '#src/core/values/json-template';
import { NOTHING_OUTSIDE, noteIn, type OutsideValue } from '#src/core/values/outside-value';

const MESSAGE = {
  topic: 'plant/press/3',
  payload: { count: 7, ok: false, list: [1, 2], 'a b': 'x', none: null },
  params: { unit: 'pcs', empty: '' },
};

function made(text: string, message: object = MESSAGE): unknown {
  const parsed = parseJsonTemplate(text);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problem);
  const filled = fillJsonTemplate(parsed.template, message, NOTHING_OUTSIDE);
  return filled.ok ? filled.value : `${filled.at} ${filled.problem}`;
}

describe('core/values/json-template', () => {
  for (const text of [
    '{}',
    '[]',
    ' { "a" : [ 1, -2.5e3, true, false, null, "x\\n\\u00e4\\"" ] } ',
    '{"a":{"b":{"c":{}}}}',
    '"text"',
    '[[],{},""]',
    '{"__proto__":1}',
  ]) {
    it(`${text} is JSON`, () => assert.deepEqual(made(text), JSON.parse(text)));
  }

  for (const [text, value] of [
    ['{{payload.count}}', 7],
    ['{ "count": {{payload.count}}, "unit": "{{params.unit}}" }', { count: 7, unit: 'pcs' }],
    ['[{{payload.ok}}, {{ payload.list }}, {{payload.none}}]', [false, [1, 2], null]],
    ['{"a":{{payload.count}}}', { a: 7 }],
    ['{"a":{"b":{{payload.count}}}}', { a: { b: 7 } }],
    ['"{{payload.count}} {{params.unit}}"', '7 pcs'],
    ['{"{{params.unit}}": 1}', { pcs: 1 }],
    ['"{{payload["a b"]}}\\t"', 'x\t'],
    ['["{{params.empty}}", {{topic[1]}}]', ['', 'press']],
    ['{ "id": 12345678901234567890 }', { id: 12345678901234567890n }],
    ['{{payload.missing}}', 'payload.missing missing'],
    ['[1, "{{payload.list}}"]', 'payload.list notText'],
    ['["{{payload.none}}"]', 'payload.none missing'],
  ] as const) {
    it(`${text} makes ${String(value)}`, () => assert.deepEqual(made(text), value));
  }

  it('a property called __proto__ stays a property', () => {
    const filled = made('{"{{payload}}": {{params}}}', { payload: '__proto__', params: { a: 1 } });
    assert.equal(Object.getPrototypeOf(filled), Object.prototype);
    assert.deepEqual(Object.keys(filled as object), ['__proto__']);
  });

  for (const [text, problem, line, column] of [
    ['', 'empty', 1, 1],
    [' \n ', 'empty', 2, 2],
    ['{', 'ends', 1, 2],
    ['{ "a": 1,\n  "b": nope }', 'unexpected', 2, 8],
    ['{ "a": 1,\n  }', 'unexpected', 2, 3],
    ['{ a: 1 }', 'unexpected', 1, 3],
    ['[1 2]', 'unexpected', 1, 4],
    ['[1', 'ends', 1, 3],
    ['{ "a": "b\n" }', 'textEnds', 1, 8],
    ['"a\\', 'textEnds', 1, 1],
    ['"\\x"', 'escape', 1, 2],
    ['{} {}', 'after', 1, 4],
    ['01', 'after', 1, 2],
    ['{ "a": {{payload }', 'placeholder', 1, 8],
    ['{ "a": {{}} }', 'placeholder', 1, 8],
    ['{ "a": "{{x..y}}" }', 'placeholder', 1, 9],
    ['['.repeat(200), 'tooDeep', 1, 102],
  ] as const) {
    it(`${JSON.stringify(text).slice(0, 40)}: ${problem} at ${line}:${column}`, () => {
      const parsed = parseJsonTemplate(text);
      assert.ok(!parsed.ok);
      assert.deepEqual([parsed.problem, parsed.line, parsed.column], [problem, line, column]);
    });
  }

  it('lists what it needs from outside the message, each once', () => {
    const outside: OutsideValue[] = [];
    const text = '[{{$now}}, "{{$iso}}", {{flow.a.b}}, {{global.c}}, "{{env.D}}", {{flow.a.b}}, {{flow}}]';
    const parsed = parseJsonTemplate(text, noteIn(outside, 'payload'));
    assert.deepEqual(
      outside.map((value) => `${value.type} ${value.text} ${value.setting}`),
      ['now  payload', 'iso  payload', 'flow a.b payload', 'global c payload', 'env D payload'],
    );
    assert.ok(parsed.ok);
    const filled = fillJsonTemplate(parsed.template, { flow: 'own' }, [5, 'then', { x: 1 }, false, 'd']);
    assert.deepEqual(filled, { ok: true, value: [5, 'then', { x: 1 }, false, 'd', { x: 1 }, 'own'] });
  });

  it('keeps its meaning for a message that has a property of such a name', () => {
    const parsed = parseJsonTemplate('[{{env.D}}, {{global.c}}]', noteIn([], 'payload'));
    assert.ok(parsed.ok);
    const filled = fillJsonTemplate(parsed.template, { env: { D: 'own' } }, ['outside', undefined]);
    assert.deepEqual(filled, { ok: false, problem: 'missing', at: 'global.c' });
  });
});
