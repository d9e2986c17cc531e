// The last message of a publish node, for its dialog: kept while the dialog asks, as it came, and no longer.

import assert from 'node:assert/strict';
import type { NodeAPI, NodeMessage } from 'node-red';
import { LastInputs } from '#src/runtime/publish/last-inputs';
import { FakeClock } from '../helpers/fakes/fake-clock';

const RED = { util: { cloneMessage: structuredClone } } as unknown as NodeAPI;

describe('runtime/publish/last-inputs', () => {
  it('keeps nothing of a node whose dialog has not asked', () => {
    const inputs = new LastInputs(new FakeClock());
    inputs.note(RED, 'a', { payload: 1 });
    assert.equal(inputs.of('a'), undefined);
    inputs.note(RED, 'b', { payload: 2 });
    assert.equal(inputs.of('b'), undefined);
  });

  it('keeps the last message as it came, whatever the flow makes of it', () => {
    const inputs = new LastInputs(new FakeClock());
    inputs.of('a');
    const message: NodeMessage = { payload: { x: 1 } };
    inputs.note(RED, 'a', { payload: 0 });
    inputs.note(RED, 'a', message);
    message.payload = 'changed';
    assert.deepEqual(inputs.of('a'), { payload: { x: 1 } });
  });

  it('gives it up 15 s after the last question', () => {
    const clock = new FakeClock();
    const inputs = new LastInputs(clock);
    inputs.of('a');
    inputs.note(RED, 'a', { payload: 1 });
    clock.advance(14_000);
    assert.deepEqual(inputs.of('a'), { payload: 1 });
    clock.advance(14_000);
    assert.equal(clock.pending, 1);
    clock.advance(1000);
    assert.equal(clock.pending, 0);
    inputs.note(RED, 'a', { payload: 2 });
    assert.equal(inputs.of('a'), undefined);
  });
});
