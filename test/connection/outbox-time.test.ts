// Time in the outbox: what expires, and how fast it is sent.

import assert from 'node:assert/strict';
import { answer, Bench } from './outbox-bench';

const SECOND = 1000;

describe('the outbox, over time', () => {
  describe('with a time to live', () => {
    it('reports publications that have waited too long, even without a connection', () => {
      const bench = new Bench({ messageTtl: 10 });
      bench.accept('a');
      bench.clock.advance(5 * SECOND);
      bench.accept('b', 0);
      bench.clock.advance(5 * SECOND);
      assert.deepEqual(bench.log, []);
      bench.clock.advance(2 * SECOND);
      assert.deepEqual(bench.log, ['a publication-expired']);
      bench.clock.advance(5 * SECOND);
      assert.deepEqual(bench.log, ['a publication-expired', 'b publication-expired']);
      assert.equal(bench.outbox.depth, 0);
      assert.equal(bench.clock.pending, 0);
    });

    it('does not expire publications in flight', () => {
      const bench = new Bench({ messageTtl: 10 });
      bench.accept('a');
      const transport = bench.attach();
      bench.clock.advance(60 * SECOND);
      assert.deepEqual(bench.log, []);
      answer(transport, 'a');
      assert.deepEqual(bench.log, ['a ok 0']);
    });

    it('reports publications whose time has passed in flight when the connection is lost', () => {
      const bench = new Bench({ messageTtl: 10 });
      bench.accept('a');
      const transport = bench.attach();
      bench.clock.advance(12 * SECOND);
      bench.lose(transport);
      bench.clock.advance(5 * SECOND);
      assert.deepEqual(bench.log, ['a publication-expired']);
      assert.equal(bench.clock.pending, 0);
    });

    it('does not expire publications that the server has received', () => {
      const bench = new Bench({ messageTtl: 10 });
      bench.accept('a', 2);
      const transport = bench.attach();
      transport.published[0]?.receive();
      bench.lose(transport);
      bench.clock.advance(60 * SECOND);
      assert.deepEqual(bench.log, []);
      assert.equal(bench.clock.pending, 0, 'and is not looked for again and again');
      assert.deepEqual(bench.attach({ sessionPresent: true }).packets, ['PUBREL a']);
    });

    it('has one timer for a million publications', () => {
      const bench = new Bench({ messageTtl: 10, maxMessages: 10_000 });
      for (let index = 0; index < 10_000; index++) bench.accept(`t${index}`);
      assert.equal(bench.clock.pending, 1);
    });
  });

  describe('with an expiry interval of the message', () => {
    const expiring = (messageExpiryInterval: number) => ({ properties: { messageExpiryInterval, contentType: 'x' } });

    it('counts down in whole seconds while the publication waits', () => {
      const bench = new Bench();
      bench.accept('a', 1, expiring(60));
      bench.clock.advance(12_400);
      const first = bench.attach();
      assert.deepEqual(first.published[0]?.question.properties, { messageExpiryInterval: 48, contentType: 'x' });
      bench.lose(first);
      bench.clock.advance(30 * SECOND);
      assert.equal(bench.attach().published[0]?.question.properties?.messageExpiryInterval, 16);
    });

    it('is not shortened by the time that the outbox lets it wait', () => {
      const bench = new Bench({ messageTtl: 600 });
      const connected = bench.attach();
      bench.accept('a', 1, expiring(86_400));
      assert.equal(connected.published[0]?.question.properties?.messageExpiryInterval, 86_400);
      bench.lose(connected);
      bench.clock.advance(592 * SECOND);
      bench.accept('b', 1, expiring(86_400));
      const later = bench.attach();
      const intervals = later.published.map(({ question }) => question.properties?.messageExpiryInterval);
      assert.deepEqual(intervals, [86_400 - 594, 86_400]);
    });

    it('is shortened by the time that a request waits for its answer, and not prolonged', () => {
      const bench = new Bench({ messageTtl: 3 });
      const transport = bench.attach();
      const interval = (own: number | undefined, timeToLive: number): number | undefined => {
        bench.acceptWith(`t${own} ${timeToLive}`, { timeToLive }, own === undefined ? {} : expiring(own));
        return transport.published.at(-1)?.question.properties?.messageExpiryInterval;
      };
      assert.deepEqual([interval(60, 9.999), interval(5, 9.999), interval(0, 9.999)], [10, 5, 0]);
      assert.equal(interval(undefined, 9.999), undefined);
    });

    it('reports an error code of its own when it has passed', () => {
      const bench = new Bench();
      bench.accept('a', 1, expiring(3));
      bench.accept('b', 1, expiring(100));
      bench.clock.advance(5 * SECOND);
      assert.deepEqual(bench.log, ['a publication-expired']);
      assert.deepEqual(bench.attach().topics, ['b']);
    });

    it('sends a publication with 0 s on a connection, and reports it without one', () => {
      const bench = new Bench();
      bench.attach();
      bench.accept('a', 1, expiring(0));
      assert.deepEqual(bench.log, []);
      const offline = new Bench();
      offline.accept('b', 1, expiring(0));
      offline.clock.advance(2 * SECOND);
      assert.deepEqual(offline.log, ['b publication-expired']);
    });
  });

  describe('with a limit of messages per second', () => {
    it('sends the amount of 100 ms at once, and the rest at the rate', () => {
      const bench = new Bench({ rateLimit: 100 });
      for (let index = 0; index < 200; index++) bench.accept(`t${index}`, 0);
      const transport = bench.attach({}, ({ automatic }) => {
        automatic.publish = { kind: 'acknowledged', reasonCode: 0 };
      });
      assert.equal(transport.published.length, 10);
      bench.clock.advance(500);
      assert.equal(transport.published.length, 60);
      bench.clock.advance(500);
      assert.equal(transport.published.length, 110);
    });

    it('leaves no timer when everything is sent or the connection has ended', () => {
      const bench = new Bench({ rateLimit: 1 });
      bench.acceptAll('a', 'b');
      const transport = bench.attach();
      assert.equal(bench.clock.pending, 1);
      bench.lose(transport);
      assert.equal(bench.clock.pending, 0);
    });
  });

  it('the window may be configured smaller than that of the server', () => {
    const bench = new Bench({ maxInFlight: 2 });
    bench.acceptAll('a', 'b', 'c');
    assert.deepEqual(bench.attach().topics, ['a', 'b']);
  });

  it('its figures count what it holds, and how the rest was settled', () => {
    const bench = new Bench({ messageTtl: 100, maxMessages: 3, overflow: 'dropOldest' });
    bench.acceptAll('a', 'b', 'c', 'd');
    bench.clock.advance(3 * SECOND);
    const transport = bench.attach({ receiveMaximum: 2 });
    answer(transport, 'b');
    answer(transport, 'c', 0x87);
    assert.deepEqual(bench.outbox.figures, {
      depth: 1,
      bytes: 1,
      oldestAge: 3 * SECOND,
      inFlight: 1,
      accepted: 4,
      acknowledged: 1,
      refused: 1,
      expired: 0,
      dropped: 1,
      lost: 0,
    });
  });

  it('an expiry interval of 0 is sent at once as it is, and expires while there is no connection', () => {
    const bench = new Bench();
    const properties = { messageExpiryInterval: 0 };
    const transport = bench.attach();
    bench.accept('now', 1, { properties });
    assert.deepEqual(transport.published.at(-1)?.question.properties, properties);
    answer(transport, 'now');
    bench.lose(transport);
    bench.accept('late', 1, { properties });
    bench.clock.advance(1001);
    assert.deepEqual(bench.attach().topics, []);
    assert.deepEqual(bench.log, ['now ok 0', 'late publication-expired']);
  });
});
