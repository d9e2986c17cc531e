// Which part of a payload becomes msg.payload: paths, conversions, and what is said where there is none.

import assert from 'node:assert/strict';
import { parseValuePath, readValuePath, takeValue, type ValueRule } from '#src/core/values/value-rule';
import { parseValueRule, type ValueConfig } from '#src/settings/value.config';

function ruleOf(value: Partial<ValueConfig> | string): ValueRule {
  const result = parseValueRule(value, 'value');
  assert.ok(result.ok);
  assert.ok(result.config);
  return result.config;
}

function taken(value: Partial<ValueConfig> | string, payload: unknown): unknown {
  const result = takeValue(ruleOf(value), payload);
  return result.ok ? result.value : result.problem;
}

describe('core/values/value-rule', () => {
  describe('paths', () => {
    const payload = {
      ENERGY: { Power: 12, Today: null },
      a: [{ b: 1 }, { b: 2 }],
      'with.dot': { 'and space': true },
      map: new Map<unknown, unknown>([
        ['x', 1],
        [7, 'seven'],
      ]),
    };
    for (const [path, value] of [
      ['ENERGY.Power', 12],
      ['ENERGY.Today', null],
      ['a[1].b', 2],
      ['a.length', 2],
      ['["with.dot"]["and space"]', true],
      ['map.x', 1],
      ['map[7]', 'seven'],
      ['ENERGY.Voltage', 'missing'],
      ['ENERGY.Power.x', 'missing'],
      ['a[2].b', 'missing'],
      ['constructor.name', 'missing'],
      ['__proto__', 'missing'],
    ] as const) {
      it(`${path} is ${value}`, () => assert.equal(taken(path, payload), value));
    }

    it('of a list, and of what has no properties', () => {
      assert.equal(readValuePath([[1, 2]], ['0', '1']), 2);
      for (const none of [undefined, null, 5, 'text', true]) assert.equal(readValuePath(none, ['0']), undefined);
    });

    for (const text of ['', '.', 'a.', 'a[', 'a[msg.topic]', 'a..b']) {
      it(`"${text}" is no path`, () => assert.equal(parseValuePath(text), undefined));
    }
  });

  describe('conversions', () => {
    const number = { convert: 'number' } as const;
    for (const [rule, payload, value] of [
      [number, '21.5', 21.5],
      [number, ' -3 ', -3],
      [number, 1e3, 1000],
      [number, 12n, 12],
      [number, true, 1],
      [number, '', 'notNumber'],
      [number, '21.5 °C', 'notNumber'],
      [number, '12:30', 'notNumber'],
      [number, Number.NaN, 'notNumber'],
      [number, 'Infinity', 'notNumber'],
      [number, {}, 'notNumber'],
      [number, [], 'notNumber'],
      [number, null, 'missing'],
      [{ ...number, factor: 0.1 }, 3, 0.3],
      [{ ...number, factor: '1.8', offset: '32' }, 100, 212],
      [{ ...number, factor: 1e308 }, 1e308, 'notNumber'],
      [{ convert: 'boolean' }, 'ON', true],
      [{ convert: 'boolean' }, ' online ', true],
      [{ convert: 'boolean' }, 'OFF', false],
      [{ convert: 'boolean' }, 1, true],
      [{ convert: 'boolean' }, 0n, false],
      [{ convert: 'boolean' }, false, false],
      [{ convert: 'boolean' }, 'maybe', 'noWord'],
      [{ convert: 'boolean' }, 2, 'noWord'],
      [{ convert: 'boolean' }, {}, 'noWord'],
      [{ convert: 'boolean', trueWords: 'auf, offen', falseWords: 'ZU' }, 'Offen', true],
      [{ convert: 'boolean', trueWords: 'auf, offen', falseWords: 'ZU' }, 'zu', false],
      [{ convert: 'boolean', trueWords: 'auf, offen', falseWords: 'ZU' }, 'ON', 'noWord'],
      [{ convert: 'date' }, '2', 'notDate'],
      [{ convert: 'date' }, 'tomorrow is another day', 'notDate'],
      [{ convert: 'date' }, 1700000000, 'notDate'],
      [{ convert: 'date', dateFrom: 's' }, 1e20, 'notDate'],
      [{ convert: 'date', dateFrom: 'ms' }, true, 'notDate'],
    ] as const) {
      it(`${JSON.stringify(rule)}: ${String(payload)} is ${value}`, () => assert.equal(taken(rule, payload), value));
    }

    for (const [dateFrom, payload] of [
      ['iso', '2026-11-28T12:00:00Z'],
      ['iso', '2026-11-28T13:00:00+01:00'],
      ['ms', 1795867200000],
      ['ms', '1795867200000'],
      ['s', 1795867200],
      ['s', 1795867200n],
      ['s', new Date(1795867200000)],
    ] as const) {
      it(`a date from ${dateFrom}: ${String(payload)}`, () => {
        assert.deepEqual(taken({ convert: 'date', dateFrom }, payload), new Date('2026-11-28T12:00:00.000Z'));
      });
    }

    it('a date from s keeps its ms', () => {
      for (const time of [1_077_875_532_212, 2_150_000_000_001, 1_795_867_200_999]) {
        assert.deepEqual(taken({ convert: 'date', dateFrom: 's' }, time / 1000), new Date(time));
      }
    });

    it('a value that cannot be converted is reported', () => {
      const result = takeValue(ruleOf({ convert: 'number' }), 'warm');
      assert.deepEqual(result, { ok: false, problem: 'notNumber', detail: 'warm' });
    });

    it('without a conversion, null is a value and undefined is none', () => {
      assert.equal(taken('a', { a: null }), null);
      assert.equal(taken('a', { a: undefined }), 'missing');
    });
  });

  describe('as it is saved', () => {
    it('a rule without an effect is none', () => {
      for (const raw of [undefined, {}, '', { from: ' ', missing: 'drop' }]) {
        assert.deepEqual(parseValueRule(raw, 'value'), { ok: true, config: undefined });
      }
    });

    it('a rule may only keep the data', () => assert.equal(ruleOf({ keepData: true }).keepData, true));

    it('an expression is left to the runtime', () => {
      assert.deepEqual(ruleOf({ from: '$sum(payload.a)', fromType: 'jsonata' }).origin, {
        kind: 'expression',
        text: '$sum(payload.a)',
      });
    });

    for (const [raw, property] of [
      [{ from: 'a..b' }, 'value.from'],
      [{ from: 'a[msg.topic]' }, 'value.from'],
      [{ convert: 'colour' }, 'value.convert'],
      [{ convert: 'number', factor: 'two' }, 'value.factor'],
      [{ convert: 'number', offset: 'x' }, 'value.offset'],
      [{ convert: 'boolean', trueWords: 'a, b', falseWords: 'B' }, 'value.falseWords'],
      [{ convert: 'date', dateFrom: 'min' }, 'value.dateFrom'],
      [{ from: 'a', missing: 'guess' }, 'value.missing'],
      [7, 'value'],
    ] as const) {
      it(`${JSON.stringify(raw)} is refused at ${property}`, () => {
        const result = parseValueRule(raw, 'value');
        assert.equal(result.ok ? '' : result.error.params.property, property);
      });
    }
  });
});
