// Values that may be anything: what counts as an object, as absent, as a flag, as a number, and what a sentence shows.

import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { asFlag, asWhole, isBlank, isRecord, propertyInvalid, shown } from '#src/core/values/plain-value';

describe('plain values', () => {
  it('an object is a record, even of another realm or without a prototype', () => {
    for (const value of [{}, { a: 1 }, Object.create(null), runInNewContext('({ a: 1 })')]) {
      assert.equal(isRecord(value), true);
    }
  });

  for (const value of [undefined, null, '', 'a', 1, [], Buffer.from('a'), new Map(), new Date(0), /a/, () => 1]) {
    it(`${typeof value} ${String(value)} is no record`, () => assert.equal(isRecord(value), false));
  }

  for (const value of [undefined, null, '', ' \t']) {
    it(`${JSON.stringify(value)} is absent`, () => assert.equal(isBlank(value), true));
  }

  for (const value of [0, false, 'a', [], Number.NaN]) {
    it(`${JSON.stringify(value)} is there`, () => assert.equal(isBlank(value), false));
  }

  for (const [value, flag] of [
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
    ['TRUE', undefined],
    [1, undefined],
    ['', undefined],
    [undefined, undefined],
  ] as const) {
    it(`${JSON.stringify(value)} as a flag is ${flag}`, () => assert.equal(asFlag(value), flag));
  }

  for (const [value, whole] of [
    [0, 0],
    ['2', 2],
    [' 2 ', 2],
    [3, undefined],
    [-1, undefined],
    [1.5, undefined],
    ['', undefined],
    [' ', undefined],
    [true, undefined],
    [null, undefined],
    [Number.NaN, undefined],
    [[1], undefined],
  ] as const) {
    it(`${JSON.stringify(value)} as a number from 0 to 2 is ${whole}`, () => assert.equal(asWhole(value, 0, 2), whole));
  }

  for (const [value, text] of [
    ['a', 'a'],
    [1.5, '1.5'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{ password: 'secret' }, '{…}'],
    [['secret'], '[…]'],
    [Buffer.from('secret'), 'Uint8Array'],
    [new Map([['secret', 1]]), 'Map'],
    [Symbol('a'), 'Symbol(a)'],
  ] as const) {
    it(`${text} is what a sentence shows`, () => assert.equal(shown(value), text));
  }

  it('a sentence shows the beginning of a long text', () => {
    assert.equal(shown('x'.repeat(100)), 'x'.repeat(60));
    assert.equal(shown('x'.repeat(300), 200), 'x'.repeat(200));
  });

  it('the error of a property names it, its value and what was expected, in words or as values', () => {
    const { code, stage, params } = propertyInvalid('msg.qos', 3, '0, 1, 2', 'publish');
    assert.deepEqual(
      { code, stage, params },
      {
        code: 'property-invalid',
        stage: 'publish',
        params: { property: 'msg.qos', value: '3', expected: '0, 1, 2' },
      },
    );
    const words = propertyInvalid('msg.topic', {}, 'expected.text', 'control');
    assert.deepEqual(words.params, { property: 'msg.topic', value: '{…}', expectedKey: 'expected.text' });
  });
});
