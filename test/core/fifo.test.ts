// The queue under the outbox.

import assert from 'node:assert/strict';
import { Fifo } from '#src/core/queues/fifo';
import { generator } from './random';

function fifoOf<T>(...items: readonly T[]): Fifo<T> {
  const fifo = new Fifo<T>();
  for (const item of items) fifo.push(item);
  return fifo;
}

describe('core/queues/fifo', () => {
  it('the oldest entry is taken first', () => {
    const fifo = fifoOf('a', 'b', 'c');
    assert.deepEqual([fifo.shift(), fifo.shift(), fifo.shift()], ['a', 'b', 'c']);
  });

  it('an empty queue has nothing to take', () => {
    const fifo = new Fifo<string>();
    assert.equal(fifo.shift(), undefined);
    assert.deepEqual(fifo.drain(), []);
    assert.equal(fifo.length, 0);
  });

  it('an emptied queue can be filled again', () => {
    const fifo = fifoOf('a');
    fifo.shift();
    fifo.shift();
    fifo.push('b');
    assert.equal(fifo.length, 1);
    assert.equal(fifo.shift(), 'b');
  });

  it('entries that are put back come first, in their order', () => {
    const fifo = fifoOf('taken', 'c', 'd');
    fifo.shift();
    fifo.unshift(['a', 'b']);
    assert.equal(fifo.length, 4);
    assert.deepEqual(fifo.drain(), ['a', 'b', 'c', 'd']);
  });

  it('putting back nothing changes nothing', () => {
    const fifo = fifoOf('a');
    fifo.unshift([]);
    assert.deepEqual(fifo.drain(), ['a']);
  });

  it('draining takes all that is left', () => {
    const fifo = fifoOf('a', 'b', 'c');
    fifo.shift();
    assert.deepEqual(fifo.drain(), ['b', 'c']);
    assert.equal(fifo.length, 0);
    fifo.push('d');
    assert.equal(fifo.shift(), 'd');
  });

  it('a drained list is not changed by later use of the queue', () => {
    const fifo = fifoOf('a');
    const items = ['x', 'y'];
    fifo.unshift(items);
    const drained = fifo.drain();
    fifo.push('b');
    assert.deepEqual(items, ['x', 'y']);
    assert.deepEqual(drained, ['x', 'y', 'a']);
  });

  it('a value may be undefined', () => {
    const fifo = fifoOf<string | undefined>(undefined, 'a');
    assert.equal(fifo.length, 2);
    fifo.shift();
    assert.equal(fifo.shift(), 'a');
  });

  it('random use gives the results of a plain array', () => {
    const random = generator(7);
    const fifo = new Fifo<number>();
    let model: number[] = [];
    for (let i = 0; i < 50_000; i++) {
      const dice = random();
      if (dice < 0.5) {
        fifo.push(i);
        model.push(i);
      } else if (dice < 0.95) {
        assert.equal(fifo.shift(), model.shift());
      } else if (dice < 0.999) {
        fifo.unshift([-i, i]);
        model.unshift(-i, i);
      } else {
        assert.deepEqual(fifo.drain(), model);
        model = [];
      }
      assert.equal(fifo.length, model.length);
    }
  });

  it('a million entries are taken, and put back, without a stack overflow', () => {
    const fifo = new Fifo<number>();
    for (let i = 0; i < 1_000_000; i++) fifo.push(i);
    fifo.unshift(fifo.drain());
    assert.equal(fifo.length, 1_000_000);
    for (let i = 0; i < 1_000_000; i++) {
      if (fifo.shift() !== i) assert.fail(`entry ${i} is out of order`);
    }
    assert.equal(fifo.length, 0);
  });
});
