// Saved configurations: absent, old, hand-edited, or text from the environment.

import assert from 'node:assert/strict';
import { expectation, MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { SavedConfig } from '#src/settings/saved-config';

function readsAs(read: (saved: SavedConfig) => unknown, raw: unknown, expected: unknown): void {
  const saved = new SavedConfig({ value: raw });
  assert.deepEqual(read(saved), expected);
  assert.equal(saved.result('fits').ok, true);
}

function refuses(read: (saved: SavedConfig) => unknown, raw: unknown, value: string, expected: string): void {
  const saved = new SavedConfig({ value: raw });
  read(saved);
  const result = saved.result('does not fit');
  assert.ok(!result.ok);
  assert.equal(result.error.code, 'config-invalid');
  assert.equal(result.error.stage, 'config');
  const literal = typeof raw === 'string' ? `"${value}"` : value;
  assert.deepEqual(result.error.params, { property: 'value', value: literal, ...expectation(expected) });
}

describe('settings/saved-config', () => {
  describe('a text', () => {
    const read = (saved: SavedConfig): unknown => saved.text('value', 'default');
    it('is read unchanged, even if blank', () => {
      readsAs(read, 'x', 'x');
      readsAs(read, '', '');
      readsAs(read, ' x ', ' x ');
    });
    it('may be a number', () => readsAs(read, 7, '7'));
    it('has a default when absent', () => {
      readsAs(read, undefined, 'default');
      readsAs(read, null, 'default');
    });
    it('may have no default', () => assert.equal(new SavedConfig({}).text('value', undefined), undefined));
    it('refuses other types', () => {
      refuses(read, {}, '{…}', 'expected.text');
      refuses(read, ['a'], '[…]', 'expected.text');
      refuses(read, true, 'true', 'expected.text');
    });
    it('that does not fit leaves the default', () => {
      assert.equal(new SavedConfig({ value: true }).text('value', 'default'), 'default');
    });
  });

  describe('a flag', () => {
    const read = (saved: SavedConfig): unknown => saved.boolean('value', true);
    it('may be text', () => {
      readsAs(read, false, false);
      readsAs(read, 'false', false);
      readsAs(read, true, true);
      readsAs(read, 'true', true);
    });
    it('has a default when blank', () => {
      readsAs(read, undefined, true);
      readsAs(read, null, true);
      readsAs(read, '', true);
    });
    it('refuses other types', () => {
      refuses(read, 1, '1', 'true, false');
      refuses(read, 'yes', 'yes', 'true, false');
      refuses(read, {}, '{…}', 'true, false');
    });
  });

  describe('a whole number', () => {
    const read = (saved: SavedConfig): unknown => saved.integer('value', 5, 0, 10);
    it('is read at both ends of its range, as text too', () => {
      readsAs(read, 0, 0);
      readsAs(read, 10, 10);
      readsAs(read, '0', 0);
      readsAs(read, '10', 10);
    });
    it('has a default when blank', () => {
      readsAs(read, undefined, 5);
      readsAs(read, null, 5);
      readsAs(read, '', 5);
      assert.equal(new SavedConfig({}).integer('value', undefined, 0, 10), undefined);
    });
    for (const [raw, value] of [
      [-1, '-1'],
      [11, '11'],
      [10.5, '10.5'],
      ['eleven', 'eleven'],
      ['1s', '1s'],
      [Number.NaN, 'NaN'],
      [true, 'true'],
      [[5], '[…]'],
    ] as const) {
      it(`is not ${JSON.stringify(raw)}`, () => refuses(read, raw, value, '0 … 10'));
    }
    it('is no fraction, which the range alone would not tell', () => {
      refuses(read, 1.5, '1.5', 'expected.wholeNumber');
      refuses(read, '1.5', '1.5', 'expected.wholeNumber');
    });
  });

  describe('a choice', () => {
    const read = (saved: SavedConfig): unknown => saved.choice('value', ['auto', 5, 4, true], 'auto');
    it('is one of its values, numbers and flags as text too', () => {
      readsAs(read, 'auto', 'auto');
      readsAs(read, 5, 5);
      readsAs(read, '4', 4);
      readsAs(read, true, true);
      readsAs(read, 'true', true);
    });
    it('has a default when blank', () => {
      readsAs(read, undefined, 'auto');
      readsAs(read, null, 'auto');
      readsAs(read, '', 'auto');
    });
    it('refuses other types', () => {
      refuses(read, 3, '3', 'auto, 5, 4, true');
      refuses(read, 'AUTO', 'AUTO', 'auto, 5, 4, true');
      refuses(read, ['auto'], '[…]', 'auto, 5, 4, true');
    });
  });

  describe('a section', () => {
    it('names its properties with its own name before them', () => {
      const saved = new SavedConfig({ reconnect: { minDelay: 'x' } });
      saved.section('reconnect').integer('minDelay', 1, 0, 9);
      const result = saved.result({});
      assert.ok(!result.ok);
      assert.equal(result.error.params.property, 'reconnect.minDelay');
    });
    it('is empty when absent', () => {
      for (const reconnect of [undefined, null]) {
        const saved = new SavedConfig({ reconnect });
        assert.equal(saved.section('reconnect').integer('minDelay', 7, 0, 9), 7);
        assert.ok(saved.result({}).ok);
      }
    });
    for (const reconnect of ['x', 5, ['a']]) {
      it(`is not ${JSON.stringify(reconnect)}`, () => {
        const saved = new SavedConfig({ reconnect });
        assert.equal(saved.section('reconnect').text('a', 'default'), 'default');
        const result = saved.result({});
        assert.ok(!result.ok);
        assert.equal(result.error.params.property, 'reconnect');
      });
    }
  });

  describe('a list', () => {
    it('names its entries by position, sections within them too', () => {
      const saved = new SavedConfig({ rules: [{ filter: 'a' }, { filter: {}, will: { qos: 'x' } }] });
      const entries = saved.list('rules');
      assert.deepEqual(
        entries.map((entry) => entry.text('filter', 'default')),
        ['a', 'default'],
      );
      const result = saved.result({});
      assert.ok(!result.ok);
      assert.equal(result.error.params.property, 'rules[1].filter');
      const nested = new SavedConfig({ rules: [{ will: { qos: 'x' } }] });
      for (const entry of nested.list('rules')) entry.section('will').integer('qos', 0, 0, 2);
      const deep = nested.result({});
      assert.ok(!deep.ok);
      assert.equal(deep.error.params.property, 'rules[0].will.qos');
    });
    it('is empty when absent', () => {
      const saved = new SavedConfig({});
      assert.deepEqual(saved.list('rules'), []);
      assert.ok(saved.result({}).ok);
    });
    for (const rules of ['x', 5, { 0: {} }]) {
      it(`is not ${JSON.stringify(rules)}`, () => {
        const saved = new SavedConfig({ rules });
        assert.deepEqual(saved.list('rules'), []);
        const result = saved.result({});
        assert.ok(!result.ok);
        assert.equal(result.error.params.property, 'rules');
      });
    }
    it('may hold entries that are no objects: their properties are absent', () => {
      const saved = new SavedConfig({ rules: [null, 'x', 5] });
      assert.deepEqual(
        saved.list('rules').map((entry) => entry.text('filter', 'none')),
        ['none', 'none', 'none'],
      );
    });
  });

  describe('the result', () => {
    it('is the configuration if all values are valid', () => {
      assert.deepEqual(new SavedConfig({}).result({ a: 1 }), { ok: true, config: { a: 1 } });
    });

    it('is the first error of several', () => {
      const saved = new SavedConfig({ a: {}, section: { b: {} } });
      const section = saved.section('section');
      section.text('b', '');
      saved.text('a', '');
      saved.fail(new MqttFlowsError('template-invalid', { stage: 'config' }));
      const result = section.result({});
      assert.ok(!result.ok);
      assert.equal(result.error.params.property, 'section.b');
    });

    it('can be an error of another kind', () => {
      const saved = new SavedConfig({});
      const error = new MqttFlowsError('server-url-invalid', { stage: 'config' });
      saved.fail(error);
      assert.deepEqual(saved.result({}), { ok: false, error });
    });

    it('shows a long value by its beginning', () => {
      const saved = new SavedConfig({ a: 'x'.repeat(500) });
      saved.integer('a', 0, 0, 1);
      const result = saved.result({});
      assert.ok(!result.ok);
      assert.equal(result.error.params.value, `"${'x'.repeat(60)}"`);
    });

    for (const raw of [undefined, null, 'x', 5, ['a']]) {
      it(`a configuration that is ${JSON.stringify(raw) ?? 'undefined'} counts as empty`, () => {
        assert.equal(new SavedConfig(raw).text('length', 'default'), 'default');
      });
    }
  });
});
