// The traffic of a connection: what survives its loss, and that an old transport has no effect any more.

import assert from 'node:assert/strict';
import type { FakeTransport } from '../helpers/fakes/fake-transport';
import { ConnectionBench, MIN_DELAY } from './connection-bench';
import { failure, incoming } from './publications';

const TIMEOUT = 15_000;

describe('connection/traffic', () => {
  describe('publications and subscriptions', () => {
    it('publications that wait are sent when the connection is made, after the subscriptions', () => {
      const bench = new ConnectionBench();
      bench.publish('a');
      bench.subscribe('b');
      const transport = bench.connected();
      assert.deepEqual(transport.packets, ['SUBSCRIBE b', 'PUBLISH a']);
    });

    it('received publications go to the subscribers', () => {
      const bench = new ConnectionBench();
      bench.subscribe('a/+');
      bench.connected().message(incoming('a/b'));
      assert.deepEqual(bench.received, ['a/b']);
    });

    it('sending continues when a full stream drains', () => {
      const bench = new ConnectionBench();
      const transport = bench.connected();
      transport.fill();
      bench.publish('a');
      assert.deepEqual(transport.topics, []);
      transport.drain();
      assert.deepEqual(transport.topics, ['a']);
    });

    it('a publication that was not confirmed is sent first on the next connection', () => {
      const bench = new ConnectionBench();
      bench.connected();
      bench.publish('a');
      bench.publish('zero', 0);
      bench.clock.advance(2000);
      bench.transport.lose(failure());
      bench.publish('b');
      assert.deepEqual(bench.settlements.log, ['zero publication-lost']);
      bench.clock.advance(MIN_DELAY);
      bench.transport.connect();
      assert.deepEqual(bench.transport.topics, ['a', 'b']);
      for (const sent of bench.transport.published) sent.answer({ kind: 'acknowledged', reasonCode: 0 });
      assert.deepEqual(bench.settlements.log, ['zero publication-lost', 'a ok 0', 'b ok 0']);
      assert.equal(bench.connection.outboxDepth, 0);
    });

    it('filters are subscribed again on the next connection', () => {
      const bench = new ConnectionBench();
      bench.subscribe('a');
      bench.connected().lose(failure());
      bench.clock.advance(MIN_DELAY);
      bench.transport.connect();
      assert.deepEqual(bench.transport.packets, ['SUBSCRIBE a']);
    });

    it('changes of subscriptions during a deploy are sent when it is over', () => {
      const bench = new ConnectionBench();
      const unsubscribe = bench.subscribe('a');
      const transport = bench.connected();
      bench.connection.holdSubscriptions();
      unsubscribe();
      bench.subscribe('a');
      bench.subscribe('b');
      bench.clock.advance(1000);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
      bench.connection.releaseSubscriptions();
      bench.clock.advance(0);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a', 'SUBSCRIBE b']);
    });
  });

  describe('late events of a transport that is no longer the current one', () => {
    /** Every event of a transport. */
    function speakLate(transport: FakeTransport): void {
      transport.stage('dns');
      transport.connect();
      transport.message(incoming('a'));
      transport.drain();
      transport.lose(failure('connection-refused'));
    }

    it('do nothing while waiting', () => {
      const bench = new ConnectionBench();
      bench.subscribe('a');
      bench.publish('p');
      bench.connection.connect();
      bench.clock.advance(TIMEOUT);
      const count = bench.states.length;
      const [old] = bench.network.transports;
      assert.ok(old);
      speakLate(old);
      assert.equal(bench.states.length, count);
      assert.deepEqual(bench.received, []);
      assert.deepEqual(old.packets, []);
    });

    it('change neither the next attempt nor the connection that it makes', () => {
      const bench = new ConnectionBench();
      bench.subscribe('a');
      bench.connection.connect();
      bench.clock.advance(TIMEOUT + MIN_DELAY);
      const [old] = bench.network.transports;
      assert.ok(old && old !== bench.transport);
      speakLate(old);
      assert.equal(bench.kind, 'connecting');
      bench.transport.connect();
      speakLate(old);
      assert.equal(bench.kind, 'connected');
      assert.equal(bench.network.transports.length, 2);
      assert.deepEqual(bench.received, []);
      bench.transport.message(incoming('a'));
      assert.deepEqual(bench.received, ['a']);
    });

    it('do nothing after a disconnect', async () => {
      const bench = new ConnectionBench();
      bench.subscribe('a');
      const old = bench.connected();
      await bench.connection.disconnect();
      speakLate(old);
      assert.deepEqual(bench.kinds, ['idle', 'connecting', 'connected', 'closing', 'idle']);
      assert.deepEqual(bench.received, []);
      bench.clock.advance(1_000_000);
      assert.equal(bench.network.transports.length, 1);
    });

    it('do nothing after the end', async () => {
      const bench = new ConnectionBench();
      const old = bench.connected();
      await bench.connection.close();
      speakLate(old);
      assert.equal(bench.kind, 'closed');
      assert.equal(bench.clock.pending, 0);
    });
  });
});
