// The limits of an outbox, by number and by bytes, and what is dropped or refused beyond them.

import assert from 'node:assert/strict';
import type { FakeTransport } from '../helpers/fakes/fake-transport';
import { answer, Bench, errorOf, settlementOf } from './outbox-bench';
import { failure, outgoing } from './publications';

describe('the outbox, full', () => {
  describe('when it is full', () => {
    it('a publication beyond the limit is refused at once, with the limits in the units of the dialog', () => {
      const bench = new Bench({ maxMessages: 2, maxBytes: 64 * 1024 * 1024 });
      bench.acceptAll('a', 'b');
      const found = settlementOf(bench, outgoing('c'));
      const error = errorOf(found.latest);
      assert.equal(error.code, 'outbox-full');
      assert.equal(error.stage, 'publish');
      assert.deepEqual(error.params, { maxMessages: 2, amount: 64, unitKey: 'unit.mebibytes' });
      assert.equal(bench.outbox.depth, 2);
      assert.deepEqual(bench.attach().topics, ['a', 'b']);
    });

    it('publications in flight count', () => {
      const bench = new Bench({ maxMessages: 2 });
      const transport = bench.attach();
      bench.acceptAll('a', 'b', 'c');
      assert.deepEqual(bench.log, ['c outbox-full']);
      answer(transport, 'a');
      bench.accept('d');
      assert.deepEqual(transport.topics, ['a', 'b', 'd']);
    });

    it('bytes of topic and payload count, as UTF-8', () => {
      const bench = new Bench({ maxBytes: 10 });
      bench.accept('ä', 1, { payload: 'öö' });
      bench.accept('abcde', 1);
      bench.accept('f', 1, { payload: Buffer.alloc(3) });
      bench.accept('g');
      assert.deepEqual(bench.log, ['abcde outbox-full', 'g outbox-full']);
      assert.equal(bench.outbox.depth, 2);
    });

    for (const [how, settle] of [
      ['acknowledged', (transport: FakeTransport) => answer(transport, 'a')],
      ['refused', (transport: FakeTransport) => answer(transport, 'a', 0x97)],
      ['lost', (transport: FakeTransport) => transport.lose(failure())],
    ] as const) {
      it(`the bytes of a publication that was ${how} are available again`, () => {
        const bench = new Bench({ maxBytes: 10 });
        const transport = bench.attach();
        bench.accept('a', 0, { payload: 'x'.repeat(9) });
        settle(transport);
        assert.equal(bench.outbox.depth, 0);
        bench.accept('b', 0, { payload: 'x'.repeat(9) });
        assert.equal(bench.outbox.depth, 1);
        assert.equal(bench.log.length, 1);
      });
    }
  });

  describe('when it is full and the oldest give way', () => {
    const overflow = 'dropOldest';

    it('the oldest that waits is dropped and reported', () => {
      const bench = new Bench({ maxMessages: 2, overflow });
      bench.acceptAll('a', 'b', 'c', 'd');
      assert.deepEqual(bench.log, ['a publication-dropped', 'b publication-dropped']);
      assert.deepEqual(bench.attach().topics, ['c', 'd']);
    });

    it('as many are dropped as the bytes of the new one need, oldest first', () => {
      const bench = new Bench({ maxBytes: 10, overflow });
      for (const topic of ['a', 'b', 'c']) bench.accept(topic, 1, { payload: 'xx' });
      bench.accept('d', 1, { payload: 'xxxxx' });
      assert.deepEqual(bench.log, ['a publication-dropped', 'b publication-dropped']);
      assert.deepEqual(bench.attach().topics, ['c', 'd']);
    });

    it('a publication in flight is not dropped', () => {
      const bench = new Bench({ maxMessages: 3, overflow });
      const transport = bench.attach({ receiveMaximum: 1 });
      bench.acceptAll('a', 'b', 'c', 'd');
      assert.deepEqual(bench.log, ['b publication-dropped']);
      answer(transport, 'a');
      answer(transport, 'c');
      assert.deepEqual(transport.topics, ['a', 'c', 'd']);
    });

    it('a publication is refused when all others are in flight', () => {
      const bench = new Bench({ maxMessages: 2, overflow });
      const transport = bench.attach();
      bench.acceptAll('a', 'b', 'c');
      assert.deepEqual(bench.log, ['c outbox-full']);
      for (const topic of ['a', 'b']) answer(transport, topic);
      assert.deepEqual(bench.log, ['c outbox-full', 'a ok 0', 'b ok 0']);
    });

    it('a publication that is larger than the whole outbox is refused, and drops nothing', () => {
      const bench = new Bench({ maxBytes: 10, overflow });
      bench.acceptAll('a', 'b');
      bench.accept('c', 1, { payload: 'x'.repeat(10) });
      assert.deepEqual(bench.log, ['c outbox-full']);
      assert.equal(bench.outbox.depth, 2);
    });

    it('a publication that does not fit beside those in flight is refused, and drops nothing', () => {
      const bench = new Bench({ maxBytes: 10, overflow });
      const transport = bench.attach({ receiveMaximum: 1 });
      bench.accept('a', 1, { payload: 'x'.repeat(6) });
      bench.accept('b');
      bench.accept('c', 1, { payload: 'x'.repeat(4) });
      assert.deepEqual(bench.log, ['c outbox-full']);
      answer(transport, 'a');
      assert.deepEqual(transport.topics, ['a', 'b']);
    });

    it('the callback of a dropped publication may publish another one', () => {
      const bench = new Bench({ maxMessages: 2, overflow });
      bench.outbox.accept(
        outgoing('a'),
        bench.settlements.of('a', () => bench.accept('again')),
      );
      bench.acceptAll('b', 'c');
      assert.deepEqual(bench.log, ['a publication-dropped', 'b publication-dropped']);
      assert.deepEqual(bench.attach().topics, ['c', 'again']);
    });
  });
});
