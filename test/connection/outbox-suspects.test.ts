// A publication that ends connections is found and given up, and no other.

import assert from 'node:assert/strict';
import { generator } from '../core/random';
import { answer, Bench } from './outbox-bench';

describe('the outbox, under suspicion', () => {
  describe('when the server says that something was wrong', () => {
    it('the publication is not sent a third time, and those behind it are sent', () => {
      const bench = new Bench();
      bench.acceptAll('poison', 'good', 'better');
      bench.refuse(bench.attach());
      const second = bench.attach();
      assert.deepEqual(second.topics, ['poison'], 'one by one, to find the culprit');
      bench.refuse(second);
      assert.deepEqual(bench.log, ['poison publication-quarantined']);
      assert.deepEqual(bench.attach().topics, ['good', 'better']);
    });

    for (const reasonCode of [0x00, 0x89, 0x8b, 0x8d, 0x8e, 0x93, 0x98, 0x9c]) {
      it(`0x${reasonCode.toString(16)} suspects no publication`, () => {
        const bench = new Bench();
        bench.accept('a');
        for (let round = 0; round < 10; round++) bench.refuse(bench.attach(), reasonCode);
        assert.deepEqual(bench.log, []);
      });
    }
  });

  describe('when connections just end', () => {
    it('right after one publication alone, five times in a row: it is given up', () => {
      const bench = new Bench();
      bench.acceptAll('poison', 'good');
      for (let round = 0; round < 5; round++) {
        assert.deepEqual(bench.log, []);
        bench.cut(bench.attach({ receiveMaximum: 1 }));
      }
      assert.deepEqual(bench.log, ['poison publication-deadly']);
      assert.deepEqual(bench.attach().topics, ['good']);
    });

    it('among others: each is sent alone until the cause is clear', () => {
      const bench = new Bench();
      bench.acceptAll('first', 'poison', 'good');
      const transport = bench.attach();
      answer(transport, 'first');
      bench.cut(transport);
      for (let round = 0; round < 5; round++) {
        const next = bench.attach();
        assert.deepEqual(next.topics, ['poison']);
        bench.cut(next);
      }
      assert.deepEqual(bench.log, ['first ok 0', 'poison publication-deadly']);
      assert.deepEqual(bench.attach().topics, ['good']);
    });

    it('a second later or more: nothing is suspected', () => {
      const bench = new Bench();
      bench.acceptAll('a', 'b');
      for (let round = 0; round < 20; round++) {
        const transport = bench.attach();
        assert.deepEqual(transport.topics, ['a', 'b']);
        bench.lose(transport);
      }
      assert.deepEqual(bench.log, []);
    });

    it('after the server has received the publication: it is not suspected', () => {
      const bench = new Bench();
      bench.accept('a', 2);
      let transport = bench.attach();
      transport.published[0]?.receive();
      bench.cut(transport);
      for (let round = 0; round < 20; round++) {
        transport = bench.attach({ sessionPresent: true });
        bench.cut(transport);
      }
      assert.deepEqual(bench.log, []);
    });

    it('at random, one in ten before the first answer: none of 20,000 publications is given up wrongly', () => {
      const bench = new Bench();
      const random = generator(99);
      for (let index = 0; index < 20; index++) bench.accept(`t${index}`);
      let count = 20;
      for (let round = 0; round < 20_000; round++) {
        const transport = bench.attach();
        const answers = random() < 0.1 ? 0 : 1 + Math.floor(random() * 5);
        for (const sent of transport.published.slice(0, answers)) sent.answer({ kind: 'acknowledged', reasonCode: 0 });
        bench.cut(transport);
        while (bench.outbox.depth < 20) bench.accept(`t${count++}`);
      }
      const givenUp = bench.log.filter((line) => !line.endsWith('ok 0'));
      // 0.1 to the power of 5 for each: one in 100,000, were it not for the seed.
      assert.deepEqual(givenUp, []);
    });
  });

  describe('at QoS 0, which nothing answers', () => {
    /** A connection over which topics are sent at QoS 0, and which ends `after` ms. Returns the topic that is named. */
    function cutAfter(bench: Bench, after: number, ...topics: readonly string[]): unknown {
      const transport = bench.attach();
      for (const topic of topics) bench.accept(topic, 0);
      bench.clock.advance(after);
      const told = bench.cut(transport);
      assert.ok(told === undefined || told.code === 'publication-ends-connection');
      return told?.params.topic;
    }

    it('a topic after which two connections in a row end is named', () => {
      const bench = new Bench();
      assert.equal(cutAfter(bench, 50, 'good', 'forbidden'), undefined);
      for (let round = 0; round < 3; round++) assert.equal(cutAfter(bench, 50, 'good', 'forbidden'), 'forbidden');
    });

    it('a topic after which the connection lasts is not named, however often it is sent', () => {
      const bench = new Bench();
      for (let round = 0; round < 5; round++) {
        const transport = bench.attach();
        for (let count = 0; count < 20; count++) {
          bench.accept('busy', 0);
          bench.clock.advance(100);
        }
        assert.equal(bench.cut(transport), undefined);
      }
    });

    it('different topics, or connections that end later, name no topic', () => {
      const bench = new Bench();
      for (const topic of ['a', 'b', 'c']) assert.equal(cutAfter(bench, 50, topic), undefined);
      for (let round = 0; round < 3; round++) assert.equal(cutAfter(bench, 2000, 'a'), undefined);
    });

    it('a reason from the server names no topic', () => {
      const bench = new Bench();
      for (let round = 0; round < 3; round++) {
        const transport = bench.attach();
        bench.accept('a', 0);
        assert.equal(bench.refuse(transport), undefined);
      }
    });
  });
});
