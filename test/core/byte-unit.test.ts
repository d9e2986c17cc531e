// Amounts of bytes as people say them.

import assert from 'node:assert/strict';
import { byteAmount } from '#src/core/byte-unit';

describe('an amount of bytes', () => {
  for (const [bytes, amount, unit] of [
    [0, 0, 'bytes'],
    [1, 1, 'bytes'],
    [1000, 1000, 'bytes'],
    [1024, 1, 'kibibytes'],
    [1536, 1536, 'bytes'],
    [100 * 1024, 100, 'kibibytes'],
    [64 * 1024 * 1024, 64, 'mebibytes'],
    [3 * 1024 ** 3, 3072, 'mebibytes'],
  ] as const) {
    it(`of ${bytes} is ${amount} ${unit}`, () => {
      assert.deepEqual(byteAmount(bytes), { amount, unitKey: `unit.${unit}` });
    });
  }
});
