// Where the wires of a subscribe node go when its filters move, in the dialog.

import assert from 'node:assert/strict';
import { outputMap } from '#src/core/routes/output-map';
import { outputsAfter, outputsBefore } from '#src/core/routes/subscribe-outputs';

/** The map from outputs as saved to those of rows that were at `rows`. */
function mapped(
  saved: { readonly filters: number; readonly each: boolean; readonly inputs?: boolean },
  rows: readonly (number | undefined)[],
  each: boolean,
  inputs = false,
): unknown {
  const before = outputsBefore(saved.filters, { each: saved.each, messages: saved.inputs === true });
  return JSON.parse(outputMap(before, outputsAfter(rows, { each, messages: inputs }, before)));
}

describe('the outputs of a subscribe node', () => {
  it('move with their filters; removed ones lose their wires, new ones have none', () => {
    assert.deepEqual(mapped({ filters: 3, each: true }, [2, undefined, 0], true), { 0: 2, 1: -1, 2: 0, new1: 1 });
  });

  it('the one of messages stays the last', () => {
    assert.deepEqual(mapped({ filters: 1, each: true, inputs: true }, [0, undefined], true, true), {
      0: 0,
      1: 2,
      new1: 1,
    });
    assert.deepEqual(mapped({ filters: 1, each: true, inputs: true }, [0], true, false), { 0: 0, 1: -1 });
  });

  it('a single one keeps its wires, however the filters change', () => {
    assert.deepEqual(mapped({ filters: 2, each: false }, [1, 0], false), { 0: 0 });
    assert.deepEqual(mapped({ filters: 1, each: false }, [undefined], false), { 0: 0 });
  });

  it('becomes that of the first filter, and the other way round', () => {
    assert.deepEqual(mapped({ filters: 2, each: false }, [1, 0], true), { 0: 1, new0: 0 });
    assert.deepEqual(mapped({ filters: 2, each: true }, [0, 1], false), { 0: 0, 1: -1 });
  });
});
