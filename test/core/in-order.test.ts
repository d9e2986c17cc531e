// Asynchronous and synchronous work, finished in the order of its arrival.

import assert from 'node:assert/strict';
import { InOrder } from '#src/core/queues/in-order';

function unexpected(error: unknown): void {
  assert.fail(String(error));
}

describe('core/queues/in-order', () => {
  it('a task that need not wait is done at once', async () => {
    const order = new InOrder(10);
    let done = false;
    order.run(() => {
      done = true;
      return undefined;
    }, unexpected);
    assert.equal(done, true);
    await order.idle();
  });

  it('tasks behind a waiting one are done after it, in order', async () => {
    const order = new InOrder(10);
    const done: number[] = [];
    const finish: (() => void)[] = [];
    const waiting = (number: number): boolean =>
      order.run(
        () => new Promise<void>((resolve) => finish.push(resolve)).then(() => void done.push(number)),
        unexpected,
      );
    const quick = (number: number): boolean =>
      order.run(() => {
        done.push(number);
        return undefined;
      }, unexpected);
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

  it('a task without room is refused, and accepted when there is room', async () => {
    const order = new InOrder(2);
    const done: number[] = [];
    let finish: () => void = () => assert.fail('nothing is under way');
    assert.equal(
      order.run(() => new Promise<void>((resolve) => (finish = resolve)), unexpected),
      true,
    );
    const quick = (number: number): boolean =>
      order.run(() => {
        done.push(number);
        return undefined;
      }, unexpected);
    assert.deepEqual([quick(1), quick(2), quick(3)], [true, true, false]);
    finish();
    await order.idle();
    assert.equal(quick(4), true);
    assert.deepEqual(done, [1, 2, 4]);
  });

  for (const [how, fail] of [
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ] as const) {
    it(`a task that ${how} is reported, and those behind it are done`, async () => {
      const order = new InOrder(10);
      const told: unknown[] = [];
      const done: number[] = [];
      const tell = (error: unknown): void => void told.push(String(error));
      const add = (number: number): undefined => void done.push(number);
      order.run(() => Promise.resolve(add(1)), unexpected);
      order.run(fail, tell);
      order.run(() => add(2), unexpected);
      order.run(() => Promise.resolve(add(3)), unexpected);
      await order.idle();
      assert.deepEqual(done, [1, 2, 3]);
      assert.deepEqual(told, ['Error: broken']);
      order.run(fail, tell);
      order.run(() => add(4), unexpected);
      await order.idle();
      assert.deepEqual(done, [1, 2, 3, 4]);
      assert.deepEqual(told, ['Error: broken', 'Error: broken']);
    });
  }
});
