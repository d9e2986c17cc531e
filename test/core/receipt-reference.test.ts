// Where an acknowledge node finds the receipts to acknowledge.

import assert from 'node:assert/strict';
import { receiptsIn } from '#src/core/publications/receipt-reference';

describe('Receipts in a value', () => {
  for (const [what, value, expected] of [
    ['an id', 'a1', ['a1']],
    ['a message with a receipt', { receipt: 'a1', _msgid: 'b2' }, ['a1']],
    ['a message that has kept its id only', { _msgid: 'b2' }, ['b2']],
    ['a message that stands for several', { receipt: ['a1', 'a2'], _msgid: 'b2' }, ['a1', 'a2']],
    ['a list of ids', ['a1', 'a2'], ['a1', 'a2']],
    ['a list of messages', [{ receipt: 'a1' }, { _msgid: 'b2' }], ['a1', 'b2']],
    ['a list that names one twice', ['a1', { receipt: 'a1' }], ['a1']],
    ['nothing', undefined, undefined],
    ['null', null, undefined],
    ['an empty text', '', undefined],
    ['an empty list', [], undefined],
    ['a list with something else in it', ['a1', 7], undefined],
    ['an object that is no message', { payload: 'a1' }, undefined],
    ['a message whose receipt is something else', { receipt: 7, _msgid: 'b2' }, undefined],
  ] as const) {
    it(`are found in ${what}`, () => {
      assert.deepEqual(receiptsIn(value), expected);
    });
  }
});
