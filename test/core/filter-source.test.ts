// Filters that are filled in: what a value may be, so that a filter never matches more than its author wrote.

import assert from 'node:assert/strict';
import type { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { type FilterType, filterFrom, readFilterSource } from '#src/core/topics/filter-source';

/** The filter that `text` gives with these values, in the order of the placeholders; or its error. */
function filled(text: string, values: readonly unknown[], type: FilterType = 'template'): unknown {
  const source = readFilterSource(text, type);
  assert.ok(source.ok, text);
  const filter = filterFrom(source.value, values);
  return filter.ok ? [filter.value.text, filter.value.wire] : fault(filter.error);
}

function fault({ code, params }: MqttFlowsError): unknown[] {
  return [code, params.path, String(params.problemKey).split('.')[1]];
}

function invalid(text: string, type: FilterType = 'template'): unknown {
  const source = readFilterSource(text, type);
  assert.ok(!source.ok, text);
  return [source.error.code, String(source.error.params.problemKey).split('.')[1], source.error.params.at];
}

describe('core/topics/filter-source', () => {
  it('fills values in, beside wildcards and their names', () => {
    assert.deepEqual(filled('devices/{{flow.id}}/+room/#', ['7']), ['devices/7/+room/#', 'devices/7/+/#']);
    assert.deepEqual(filled('{{global.site}}/v{{ env.VERSION }}/#', ['a b', 2]), ['a b/v2/#', 'a b/v2/#']);
    assert.deepEqual(filled('x/{{flow.id}}/{{flow.id}}', ['7']), ['x/7/7', 'x/7/7']);
  });

  it('asks for each value once, and for nothing where there are no placeholders', () => {
    const source = readFilterSource('{{flow.a.b}}/{{global.x}}/{{flow.a.b}}/{{env.E}}', 'template');
    assert.ok(source.ok && source.value.kind === 'template');
    assert.deepEqual(
      source.value.outside.map(({ type, text }) => [type, text]),
      [
        ['flow', 'a.b'],
        ['global', 'x'],
        ['env', 'E'],
      ],
    );
    const plain = readFilterSource('a/+b', 'template');
    assert.equal(plain.ok && plain.value.kind, 'fixed');
  });

  it('a value may have slashes, which make levels', () => {
    assert.deepEqual(filled('{{flow.base}}/state', ['plant/line 1']), ['plant/line 1/state', 'plant/line 1/state']);
  });

  it('leaves braces in a text as they are', () => {
    assert.deepEqual(filled('devices/{{flow.id}}/#', [], 'text'), ['devices/{{flow.id}}/#', 'devices/{{flow.id}}/#']);
  });

  for (const value of [undefined, null, '', {}, Number.NaN]) {
    it(`names what is missing or no text: ${String(value)}`, () => {
      const problem = value === '' ? 'empty' : value === undefined || value === null ? 'missing' : 'notText';
      assert.deepEqual(filled('a/{{flow.id}}', [value]), ['filter-missing', 'flow.id', problem]);
    });
  }

  for (const value of ['#', '+', 'a/#', '+name', 'a+b']) {
    it(`refuses a value that could match more: ${value}`, () => {
      assert.deepEqual(filled('a/{{flow.id}}/b', [value]), ['filter-invalid', 'flow.id', 'wildcard']);
    });
  }

  for (const value of ['a\0b', 'a\nb', '\u001b[2J', 'a\u0085']) {
    it(`refuses control characters, and does not repeat them: ${JSON.stringify(value)}`, () => {
      assert.deepEqual(filled('a/{{flow.id}}', [value]), ['filter-invalid', 'flow.id', 'control']);
      const source = readFilterSource('a/{{flow.id}}', 'template');
      assert.ok(source.ok);
      const result = filterFrom(source.value, [value]);
      assert.ok(!result.ok && !/\p{Cc}/u.test(String(result.error.params.filter)));
    });
  }

  it('refuses a value that makes the subscription a shared one, or changes its group', () => {
    assert.deepEqual(filled('{{flow.x}}/a', ['$share/g']), ['filter-invalid', '{{flow.x}}/a', 'shared']);
    assert.deepEqual(filled('{{flow.x}}/g/a', ['$share']), ['filter-invalid', '{{flow.x}}/g/a', 'shared']);
    assert.deepEqual(filled('$share/{{flow.x}}/a', ['g/b']), ['filter-invalid', 'flow.x', 'shared']);
    assert.deepEqual(filled('$share/{{flow.x}}/a/{{flow.y}}', ['g', 'b/c']), ['$share/g/a/b/c', '$share/g/a/b/c']);
  });

  it('refuses a filter that becomes too long, or has half of a character', () => {
    assert.deepEqual(filled('a/{{flow.x}}', ['x'.repeat(70_000)]), ['filter-invalid', undefined, 'tooLong']);
    assert.deepEqual(filled('a/{{flow.x}}', ['\ud800']), ['filter-invalid', undefined, 'unpairedSurrogate']);
  });

  it('says before the start what no value can mend', () => {
    assert.deepEqual(invalid('a/{{payload.id}}'), ['template-invalid', 'noMessage', 'payload.id']);
    assert.deepEqual(invalid('a/{{flow.x'), ['template-invalid', 'unclosed', '{{flow.x']);
    assert.deepEqual(invalid('a/#/{{flow.x}}'), ['filter-invalid', 'hashNotLast', '#']);
    // A name from a value, or a wildcard with something before it.
    assert.deepEqual(invalid('a/+{{flow.x}}'), ['filter-invalid', 'captureName', '{{…}}']);
    assert.deepEqual(invalid('a/{{flow.x}}+'), ['filter-invalid', 'wildcardInLevel', '{{…}}+']);
    assert.deepEqual(invalid(' ', 'jsonata'), ['filter-invalid', 'empty', '']);
    assert.deepEqual(invalid('', 'text'), ['filter-invalid', 'empty', '']);
  });

  it('an expression gives the whole filter, wildcards included', () => {
    const text = "'a/' & $flowContext('x') & '/+n'";
    assert.deepEqual(filled(text, ['$share/g/a/+n'], 'jsonata'), ['$share/g/a/+n', '$share/g/a/+']);
    assert.deepEqual(filled(text, [undefined], 'jsonata'), ['filter-missing', text, 'missing']);
    assert.deepEqual(filled(text, [['a', 'b']], 'jsonata'), ['filter-missing', text, 'notText']);
    assert.deepEqual(filled(text, [5], 'jsonata'), ['5', '5']);
    assert.deepEqual(filled(text, ['a\nb'], 'jsonata'), ['filter-invalid', text, 'control']);
    assert.deepEqual(filled(text, ['a/#/b'], 'jsonata'), ['filter-invalid', undefined, 'hashNotLast']);
  });
});
