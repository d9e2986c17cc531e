// Decoded payloads on their way to the sidebar: nothing is lost that JSON has no form for, and what a payload claims to
// hold is bounded.

import assert from 'node:assert/strict';
import { numbersIn } from '#src/core/sidebar/payload-numbers';
import { type ShownBudget, showValue } from '#src/core/sidebar/show-value';
import { WrittenNumber } from '#src/core/sidebar/shown-json';
import { readShown, WrittenLeaf } from '#src/core/sidebar/shown-value';

const ROOM: ShownBudget = { elements: 1000, characters: 10_000 };

/** What the editor gets of `value`, over JSON. */
function shown(value: unknown, budget: Partial<ShownBudget> = {}): unknown {
  return readShown(JSON.parse(JSON.stringify(showValue(value, { ...ROOM, ...budget }))));
}

describe('A decoded value for the sidebar', () => {
  it('is unchanged if JSON can represent it', () => {
    const value = { a: [1, 'x', null, true, { b: {} }], c: -1.5 };
    assert.deepEqual(shown(value), value);
  });

  it('keeps values that JSON cannot represent', () => {
    assert.deepEqual(shown(2n ** 64n), new WrittenNumber('18446744073709551616'));
    assert.deepEqual(shown(Number.NaN), new WrittenNumber('NaN'));
    assert.deepEqual(shown(-0), new WrittenNumber('-0'));
    assert.deepEqual(shown(undefined), new WrittenLeaf('undefined', 'undefined', 0));
    assert.deepEqual(shown(new Date(0)), new WrittenLeaf('date', '1970-01-01T00:00:00.000Z', 0));
    assert.deepEqual(shown(new Date(Number.NaN)), new WrittenLeaf('date', 'NaN', 0));
    assert.deepEqual(shown(Buffer.from([1, 255])), new WrittenLeaf('bytes', '01ff', 0));
    assert.deepEqual(shown(new Set([1, 2])), [1, 2]);
  });

  it('distinguishes keys of other types, and keeps __proto__', () => {
    const map = new Map<unknown, unknown>([
      [1, 'a'],
      ['1', 'b'],
      [[2], 'c'],
    ]);
    assert.deepEqual(Object.entries(shown(map) as object), [
      ['1', 'a'],
      ['"1"', 'b'],
      ['{"list":[2]}', 'c'],
    ]);
    const named: unknown = JSON.parse('{"__proto__":{"polluted":1}}');
    const read = shown(named) as object;
    assert.deepEqual(Object.keys(read), ['__proto__']);
    assert.equal(Object.getPrototypeOf(read), Object.prototype);
  });

  it('keeps a value that looks like the transport form', () => {
    for (const value of [{ leaf: 'bytes', text: 'x' }, { list: [1] }, { names: [['a', 1]] }]) {
      assert.deepEqual(shown(value), value);
    }
  });

  it('is cut at a number of elements, with the number of missing ones', () => {
    const many = shown(Array.from({ length: 5000 }, () => 1)) as unknown[];
    assert.equal(many.length, 1000);
    assert.deepEqual(many.at(-1), new WrittenLeaf('cut', '…', 4001));
    const names = shown({ a: 1, b: 2, c: 3 }, { elements: 3 }) as object;
    assert.deepEqual(Object.values(names), [1, 2, new WrittenLeaf('cut', '…', 1)]);
  });

  it('is cut at a number of characters and bytes', () => {
    const text = shown('x'.repeat(50), { characters: 10 });
    assert.deepEqual(text, new WrittenLeaf('text', 'x'.repeat(10), 40));
    const bytes = shown(Buffer.alloc(1000)) as WrittenLeaf;
    assert.deepEqual([bytes.text.length, bytes.more], [512, 744]);
    assert.deepEqual(shown(2n ** 100_000n), new WrittenNumber('…'));
  });

  it('is cut at the depth that can be shown', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 5000; level++) deep = [deep];
    assert.match(JSON.stringify(shown(deep)), /^\[{60}"…"\]{60}$/);
  });

  it('contains the numbers for the chart', () => {
    const numbers = numbersIn(shown({ level: 1.5, total: 2n ** 60n, raw: Buffer.from([1]), list: [3] }));
    assert.deepEqual(
      [...numbers],
      [
        ['level', 1.5],
        ['list[0]', 3],
      ],
    );
  });
});
