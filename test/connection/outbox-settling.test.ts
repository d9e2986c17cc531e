// When publishers get the result of a publication: exactly once, on every path.

import assert from 'node:assert/strict';
import { answer, Bench, OK } from './outbox-bench';
import { failure, outgoing } from './publications';

describe('the outbox, settling', () => {
  it('an exception of a callback is reported, and the next publication is still settled', () => {
    const bench = new Bench();
    bench.outbox.accept(outgoing('a', 1), () => {
      throw new Error('a flow is broken');
    });
    bench.accept('b');
    bench.outbox.close();
    assert.deepEqual(
      bench.thrown.map(({ message }) => message),
      ['a flow is broken'],
    );
    assert.deepEqual(bench.log, ['b connection-closed']);
  });

  describe('what a publisher may choose', () => {
    it('to fail without a connection: it is settled at once, and sent on a connection', () => {
      const bench = new Bench();
      bench.acceptWith('a', { whileOffline: 'fail' });
      assert.deepEqual(bench.log, ['a not-connected']);
      const transport = bench.attach();
      bench.acceptWith('b', { whileOffline: 'fail' });
      assert.deepEqual(transport.topics, ['b']);
    });

    it('to be settled when the outbox has accepted it: a later loss is reported once, with the publisher', () => {
      const bench = new Bench();
      bench.acceptWith('a', { completeOn: 'queued', origin: 'node' });
      assert.deepEqual(bench.log, ['a ok 0']);
      answer(bench.attach(), 'a', 0x97);
      assert.deepEqual(bench.log, ['a ok 0']);
      assert.deepEqual(
        bench.lost.map(({ publication, origin }) => `${publication.topic} ${origin}`),
        ['a node'],
      );
    });

    it('to be settled when the outbox has accepted it: a full outbox is a failure', () => {
      const bench = new Bench({ maxMessages: 1 });
      bench.acceptWith('a', { completeOn: 'queued' });
      bench.acceptWith('b', { completeOn: 'queued' });
      assert.deepEqual(bench.log, ['a ok 0', 'b outbox-full']);
      assert.deepEqual(bench.lost, []);
    });
  });

  describe('publishing again from a settlement', () => {
    it('a callback may publish the next one, which is sent after those that wait', () => {
      const bench = new Bench();
      const transport = bench.attach({ receiveMaximum: 1 });
      bench.outbox.accept(
        outgoing('a'),
        bench.settlements.of('a', () => bench.accept('again')),
      );
      bench.accept('b');
      answer(transport, 'a');
      answer(transport, 'b');
      answer(transport, 'again');
      assert.deepEqual(transport.topics, ['a', 'b', 'again']);
      assert.deepEqual(bench.log, ['a ok 0', 'b ok 0', 'again ok 0']);
    });

    it('a publication from a callback is held by the window, too', () => {
      const bench = new Bench();
      const transport = bench.attach({ receiveMaximum: 2 });
      for (const topic of ['a', 'b']) {
        bench.outbox.accept(
          outgoing(topic),
          bench.settlements.of(topic, () => bench.acceptAll(`${topic}1`, `${topic}2`)),
        );
      }
      answer(transport, 'a');
      assert.deepEqual(transport.topics, ['a', 'b', 'a1']);
      answer(transport, 'b');
      assert.deepEqual(transport.topics, ['a', 'b', 'a1', 'a2']);
    });

    it('a chain of 10,000 does not use up the stack', () => {
      const bench = new Bench();
      bench.attach({}, ({ automatic }) => {
        automatic.publish = OK;
      });
      let count = 0;
      const next = (): void => {
        if (count === 10_000) return;
        const name = `t${count++}`;
        bench.outbox.accept(outgoing(name, 0), bench.settlements.of(name, next));
      };
      next();
      assert.equal(bench.log.length, 10_000);
      assert.equal(bench.outbox.depth, 0);
    });

    it('the callback of a refused publication may publish the next one', () => {
      const bench = new Bench();
      const transport = bench.attach({ maximumQoS: 1 });
      bench.outbox.accept(
        outgoing('a', 2),
        bench.settlements.of('a', () => bench.accept('again')),
      );
      assert.deepEqual(transport.topics, ['again']);
    });

    it('a publication from the callback of a lost one is not written to the lost stream', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.outbox.accept(
        outgoing('a', 0),
        bench.settlements.of('a', () => bench.accept('again', 0)),
      );
      bench.accept('b', 1);
      bench.lose(transport);
      assert.deepEqual(transport.topics, ['a', 'b']);
      assert.deepEqual(bench.attach().topics, ['b', 'again']);
    });

    it('a publication that found the outbox full may be published again from its callback', () => {
      const bench = new Bench({ maxMessages: 1 });
      bench.accept('a');
      bench.outbox.accept(
        outgoing('b'),
        bench.settlements.of('b', () => bench.accept('again')),
      );
      assert.deepEqual(bench.log, ['b outbox-full', 'again outbox-full']);
      assert.equal(bench.outbox.depth, 1);
    });
  });

  describe('closing', () => {
    it('settles all, oldest first: in flight, unconfirmed and waiting', () => {
      const bench = new Bench();
      const transport = bench.attach({ receiveMaximum: 2 });
      bench.acceptAll('a', 'b', 'c', 'd');
      transport.lose(failure());
      bench.outbox.close();
      assert.deepEqual(bench.log, [
        'a connection-closed',
        'b connection-closed',
        'c connection-closed',
        'd connection-closed',
      ]);
      assert.equal(bench.outbox.depth, 0);
    });

    it('settles publications that no connection was ever made for', () => {
      const bench = new Bench();
      bench.accept('a', 0);
      bench.accept('b', 2);
      bench.outbox.close();
      assert.deepEqual(bench.log, ['a connection-closed', 'b connection-closed']);
    });

    it('an answer after closing settles nothing twice', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.acceptAll('a', 'b');
      bench.outbox.close();
      answer(transport, 'a');
      transport.lose(failure());
      assert.deepEqual(bench.log, ['a connection-closed', 'b connection-closed']);
    });

    it('a later publication is settled at once', () => {
      const bench = new Bench();
      bench.outbox.close();
      bench.accept('a');
      assert.deepEqual(bench.log, ['a connection-closed']);
      assert.equal(bench.outbox.depth, 0);
    });

    it('a publication from a callback during closing is settled, too', () => {
      const bench = new Bench();
      bench.outbox.accept(
        outgoing('a'),
        bench.settlements.of('a', () => bench.accept('again')),
      );
      bench.accept('b');
      bench.outbox.close();
      assert.deepEqual(bench.log, ['a connection-closed', 'again connection-closed', 'b connection-closed']);
    });

    it('closing twice settles nothing twice', () => {
      const bench = new Bench();
      bench.accept('a');
      bench.outbox.close();
      bench.outbox.close();
      assert.deepEqual(bench.log, ['a connection-closed']);
    });
  });
});
