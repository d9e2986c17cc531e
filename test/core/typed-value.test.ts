// Settings of Node-RED's typed input, read as the source of their values.

import assert from 'node:assert/strict';
import type { OutsideValue } from '#src/core/values/outside-value';
import { type ValueSource, valueFor } from '#src/core/values/value-source';
import { parseTypedValue, type ValueType } from '#src/settings/typed-value';

const message = { topic: 't', payload: { id: 7, list: ['a', 'b'], data: Buffer.from([1]) } };

function parsed(value: string, type: ValueType, outside: OutsideValue[] = []): ValueSource {
  const result = parseTypedValue({ value, type }, 'setting', outside);
  assert.ok(result.ok, `${type} ${value}`);
  return result.config;
}

describe('settings/typed-value', () => {
  for (const [type, value, found] of [
    ['str', 'a text', 'a text'],
    ['str', 'job-{{payload.id}}', 'job-7'],
    ['num', '60', '60'],
    ['bool', 'true', 'true'],
    ['env', 'as it is, {{topic}} included', 'as it is, {{topic}} included'],
    ['msg', 'payload.id', 7],
    ['msg', 'payload.list[1]', 'b'],
    ['msg', 'payload.data', message.payload.data],
    ['msg', 'absent', undefined],
    ['none', 'whatever', undefined],
    ['bin', '[1,255]', Uint8Array.from([1, 255])],
    ['bin', '"ü"', new TextEncoder().encode('ü')],
  ] as const) {
    it(`${type} ${value}`, () => {
      assert.deepEqual(valueFor(parsed(value, type), message, [], 'setting'), { ok: true, value: found });
    });
  }

  it('lists values that only the runtime can find, and reads them by index', () => {
    const outside: OutsideValue[] = [];
    const sources = [
      parsed('where', 'flow', outside),
      parsed('a & b', 'jsonata', outside),
      parsed('x', 'global', outside),
    ];
    assert.deepEqual(
      outside.map(({ type, text }) => [type, text]),
      [
        ['flow', 'where'],
        ['jsonata', 'a & b'],
        ['global', 'x'],
      ],
    );
    assert.deepEqual(
      sources.map((source) => valueFor(source, message, ['A', 'B', 'C'], 'setting')),
      ['A', 'B', 'C'].map((value) => ({ ok: true, value })),
    );
  });

  for (const [type, value, code] of [
    ['str', '{{', 'template-invalid'],
    ['str', '{{a..b}}', 'template-invalid'],
    ['msg', '', 'config-invalid'],
    ['msg', 'a..b', 'config-invalid'],
    ['flow', ' ', 'config-invalid'],
    ['jsonata', '', 'config-invalid'],
    ['bin', 'no JSON', 'config-invalid'],
    ['bin', '[256]', 'config-invalid'],
    ['bin', '[1.5]', 'config-invalid'],
    ['bin', '{}', 'config-invalid'],
  ] as const) {
    it(`${type} "${value}" is an error of the configuration`, () => {
      const result = parseTypedValue({ value, type }, 'setting', []);
      assert.ok(!result.ok);
      assert.deepEqual([result.error.code, result.error.stage], [code, 'config']);
    });
  }
});
