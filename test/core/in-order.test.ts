// Work that waits and work that does not, in the order in which it came.

import assert from 'node:assert/strict';
import { InOrder } from '#src/core/in-order';

describe('core/in-order', () => {
  it('what need not wait is done at once', async () => {
    const order = new InOrder();
    let done = false;
    order.run(() => {
      done = true;
      return undefined;
    });
    assert.equal(done, true);
    await order.idle();
  });

  it('what comes behind something that waits is done after it, in order', async () => {
    const order = new InOrder();
    const done: number[] = [];
    const finish: (() => void)[] = [];
    const waiting = (number: number): void =>
      order.run(() => new Promise<void>((resolve) => finish.push(resolve)).then(() => void done.push(number)));
    const quick = (number: number): void =>
      order.run(() => {
        done.push(number);
        return undefined;
      });
    waiting(1);
    quick(2);
    waiting(3);
    quick(4);
    assert.deepEqual(done, []);
    const idle = order.idle();
    finish.shift()?.();
    while (finish.length === 0) await Promise.resolve();
    assert.deepEqual(done, [1, 2]);
    finish.shift()?.();
    await idle;
    assert.deepEqual(done, [1, 2, 3, 4]);
    quick(5);
    assert.deepEqual(done, [1, 2, 3, 4, 5]);
  });
});
