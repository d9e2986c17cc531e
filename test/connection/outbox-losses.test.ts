// What happens to publications in flight when connections are lost.

import assert from 'node:assert/strict';
import { generator } from '../core/random';
import { answer, Bench, OK } from './outbox-bench';

describe('the outbox, over losses', () => {
  describe('when the stream is lost', () => {
    it('a publication with QoS 0 that was in flight is reported as lost', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.accept('a', 0);
      bench.lose(transport);
      assert.deepEqual(bench.log, ['a publication-lost']);
      assert.equal(bench.outbox.depth, 0);
    });

    it('an unsent publication with QoS 0 keeps waiting', () => {
      const bench = new Bench();
      const transport = bench.attach();
      transport.fill();
      bench.accept('a', 0);
      bench.lose(transport);
      assert.deepEqual(bench.log, []);
      assert.deepEqual(bench.attach().topics, ['a']);
    });

    it('publications that were not confirmed are sent first on the next connection, in their order', () => {
      const bench = new Bench();
      const transport = bench.attach({ receiveMaximum: 4 });
      bench.acceptAll('a', 'b', 'c', 'd', 'e', 'f');
      answer(transport, 'b');
      assert.deepEqual(transport.topics, ['a', 'b', 'c', 'd', 'e']);
      bench.lose(transport);
      assert.equal(bench.outbox.depth, 5);
      bench.accept('g');
      assert.deepEqual(bench.attach().topics, ['a', 'c', 'd', 'e', 'f', 'g']);
      assert.deepEqual(bench.log, ['b ok 0']);
    });

    it('the order is kept over several losses', () => {
      const bench = new Bench();
      bench.acceptAll('a', 'b', 'c', 'd');
      bench.lose(bench.attach({ receiveMaximum: 3 }));
      bench.lose(bench.attach({ receiveMaximum: 1 }));
      bench.lose(bench.attach({ receiveMaximum: 2 }));
      const transport = bench.attach();
      assert.deepEqual(transport.topics, ['a', 'b', 'c', 'd']);
      for (const topic of ['a', 'b', 'c', 'd']) answer(transport, topic);
      assert.deepEqual(bench.log, ['a ok 0', 'b ok 0', 'c ok 0', 'd ok 0']);
    });

    it('QoS 0 is lost, QoS 1 and 2 are kept, in one window', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.accept('zero', 0);
      bench.accept('one', 1);
      bench.accept('two', 2);
      bench.lose(transport);
      assert.deepEqual(bench.log, ['zero publication-lost']);
      assert.deepEqual(bench.attach().topics, ['one', 'two']);
    });

    it('what the next server refuses is settled then', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.accept('a', 2);
      bench.lose(transport);
      bench.attach({ maximumQoS: 1 });
      assert.deepEqual(bench.log, ['a publication-refused']);
    });

    it('publications that wait to be sent again count as waiting, by number and by bytes', () => {
      const bench = new Bench({ maxMessages: 2, maxBytes: 100 });
      const transport = bench.attach();
      bench.accept('a', 1, { payload: 'x'.repeat(49) });
      bench.lose(transport);
      bench.accept('b', 1, { payload: 'x'.repeat(50) });
      bench.accept('c', 1);
      bench.accept('d', 1, { payload: 'x'.repeat(49) });
      assert.deepEqual(bench.log, ['b outbox-full', 'd outbox-full']);
    });

    it('nothing is sent before the next connection', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.lose(transport);
      bench.accept('a');
      bench.outbox.pump();
      assert.deepEqual(transport.topics, []);
      assert.equal(bench.outbox.depth, 1);
    });
  });

  describe('over a long and bad day', () => {
    for (const overflow of ['reject', 'dropOldest'] as const) {
      it(`every publication is settled exactly once, and the unconfirmed go first (${overflow})`, () => {
        runBadDay(overflow);
      });
    }
  });
});

/** 5,000 random events with a fixed seed: publications, answers, full streams, losses, and a close. */
function runBadDay(overflow: 'reject' | 'dropOldest'): void {
  const random = generator(4711);
  const bench = new Bench({ maxMessages: 20, maxBytes: 400, overflow });
  let transport = bench.attach({ receiveMaximum: 5 });
  let accepted = 0;
  for (let step = 0; step < 5000; step++) {
    const dice = random();
    if (dice < 0.5) {
      const payload = 'x'.repeat(Math.floor(random() * 60));
      bench.accept(`t${accepted++}`, random() < 0.3 ? 0 : 1, { payload });
    } else if (dice < 0.85) {
      const open = transport.published.filter(({ answered }) => !answered);
      const refused = random() < 0.1;
      open[Math.floor(random() * open.length)]?.answer(refused ? { kind: 'refused', reasonCode: 0x97 } : OK);
    } else if (dice < 0.9) {
      transport.fill();
    } else if (dice < 0.95) {
      transport.drain();
    } else {
      const unconfirmed = transport.published.filter(({ answered, question }) => !answered && question.qos > 0);
      const topics = unconfirmed.map(({ question }) => question.topic);
      bench.lose(transport);
      transport = bench.attach({ receiveMaximum: 1 + Math.floor(random() * 8) });
      const first = transport.topics.slice(0, topics.length);
      assert.deepEqual(first, topics.slice(0, first.length), `step ${step}: the unconfirmed go first`);
    }
    assert.ok(bench.outbox.depth <= 20, `step ${step}: the outbox keeps its limit`);
    assert.equal(bench.log.length + bench.outbox.depth, accepted, `step ${step}: each is settled or still there`);
  }
  bench.outbox.close();
  assert.equal(bench.log.length, accepted);
  assert.equal(bench.outbox.depth, 0);
  const acknowledged = bench.log.filter((line) => line.endsWith(' ok 0')).length;
  assert.ok(acknowledged > 500, `${acknowledged} were acknowledged`);
}
