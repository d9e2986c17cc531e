// Values as dialogs show them.

import assert from 'node:assert/strict';
import { typeOfValue, valueText } from '#src/core/values/value-text';

const cycle: { self?: object } = {};
cycle.self = cycle;

describe('core/values/value-text', () => {
  for (const [value, text, type] of [
    ['a', '"a"', 'string'],
    [1.5, '1.5', 'number'],
    [12n, '12', 'bigint'],
    [null, 'null', 'null'],
    [undefined, 'undefined', 'undefined'],
    [[1, 'b'], '[1,"b"]', 'Array'],
    [{ a: 1n }, '{"a":"1"}', 'object'],
    [new Map([['k', 1]]), '{"k":1}', 'Map'],
    [new Date(0), '1970-01-01T00:00:00.000Z', 'Date'],
    [new Date(Number.NaN), 'Invalid Date', 'Date'],
    [Buffer.from([1, 255]), 'Buffer [1, 255]', 'Buffer'],
    [cycle, '[object]', 'object'],
  ] as const) {
    it(`${type} ${text}`, () => assert.deepEqual([valueText(value), typeOfValue(value)], [text, type]));
  }

  it('cuts what is long', () => {
    assert.equal(valueText('x'.repeat(1000)).length, 301);
    assert.ok(valueText(Buffer.alloc(100)).endsWith('0, …]'));
  });
});
