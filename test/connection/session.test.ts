// A session that outlives the process: what is remembered, and what is subscribed when it continues.

import assert from 'node:assert/strict';
import type { RememberedSubscription } from '#src/connection/session/session-memory';
import type { FakeTransport } from '../helpers/fakes/fake-transport';
import { ConnectionBench } from './connection-bench';
import { failure, incoming } from './publications';

const granted = { kind: 'granted', qos: 1 } as const;

/** The contents of the disk, over several runs of a process. */
class Disk {
  #stored = '[]';
  #home: string | undefined;

  /** The remembered session as a new process reads it. */
  get subscriptions(): RememberedSubscription[] {
    return JSON.parse(this.#stored);
  }

  /** Lines such as `a/# 1`, with the QoS that was granted, or `?` when no answer has come. */
  get lines(): string[] {
    return this.subscriptions.map(({ request, granted: qos }) => `${request.filter} ${qos ?? '?'}`);
  }

  /** A process that subscribes to `filters`. */
  process(...filters: readonly string[]): ConnectionBench {
    const bench = new ConnectionBench({
      session: {
        subscriptions: this.subscriptions,
        home: this.#home,
        settle: (home) => {
          this.#home = home;
        },
        remember: (current) => {
          this.#stored = JSON.stringify(current());
        },
      },
    });
    for (const filter of filters) bench.subscribe(filter);
    return bench;
  }

  /** A run of a process whose subscriptions are granted, and which ends without a DISCONNECT. */
  lived(...filters: readonly string[]): FakeTransport {
    const transport = this.process(...filters).connected();
    grantAll(transport);
    return transport;
  }
}

function grantAll({ subscribed }: FakeTransport): void {
  for (const sent of subscribed) if (!sent.answered) sent.answer(granted);
}

function identifiers({ subscribed }: FakeTransport): Map<string, number | undefined> {
  return new Map(subscribed.map(({ question }) => [question.filter, question.identifier]));
}

const kept = { sessionPresent: true } as const;

describe('connection/session', () => {
  describe('with several servers', () => {
    const endpoint = (name: string) => ({ name, open: () => Promise.reject(failure()) });

    /** A bench with the subscription `old` granted by the first server, whose connection is lost. */
    function visited(): ConnectionBench {
      const bench = new ConnectionBench({ endpoints: [endpoint('first'), endpoint('second')] });
      bench.subscribe('old');
      grantAll(bench.connected());
      bench.transport.lose(failure());
      bench.subscribe('new');
      return bench;
    }

    it('continues at the server where it was left', () => {
      assert.deepEqual(visited().connected(kept).packets, ['SUBSCRIBE new']);
    });

    it('subscribes all filters at another server and at the first again, which may have kept an older session', () => {
      const bench = visited();
      bench.connection.connect();
      bench.clock.advance(60_000);
      bench.transport.lose(failure('connection-refused'));
      bench.clock.advance(60_000);
      for (const server of ['second', 'first']) {
        bench.transport.connect(kept);
        const { state } = bench;
        assert.equal(state.kind === 'connected' && state.server, server);
        bench.clock.advance(0);
        assert.deepEqual(bench.transport.packets.toSorted(), ['SUBSCRIBE new', 'SUBSCRIBE old'], server);
        grantAll(bench.transport);
        bench.transport.lose(failure());
        bench.clock.advance(5000);
      }
    });
  });

  describe('is remembered', () => {
    it('each subscription with what the server has granted, until it is given up', () => {
      const disk = new Disk();
      const bench = disk.process('stays');
      const unsubscribe = bench.subscribe('goes/#');
      const transport = bench.connected();
      assert.deepEqual(disk.lines, ['stays ?', 'goes/# ?']);
      grantAll(transport);
      assert.deepEqual(disk.lines, ['stays 1', 'goes/# 1']);
      unsubscribe();
      bench.clock.advance(0);
      assert.deepEqual(disk.lines, ['stays 1']);
    });

    it('nothing of a subscription that cannot even be asked for', () => {
      const disk = new Disk();
      disk.process('a/#').connected({ wildcardSubscriptionAvailable: false });
      assert.deepEqual(disk.lines, []);
    });

    it('a subscription that is given up while there is no server, for the server still has it', () => {
      const disk = new Disk();
      const bench = disk.process('stays');
      const unsubscribe = bench.subscribe('goes');
      const transport = bench.connected();
      grantAll(transport);
      transport.lose(failure());
      unsubscribe();
      bench.clock.advance(0);
      assert.deepEqual(disk.lines, ['stays 1', 'goes 1']);
      assert.deepEqual(bench.connected(kept).packets, ['UNSUBSCRIBE goes']);
      assert.deepEqual(disk.lines, ['stays 1']);
    });

    it('the end of the process unsubscribes and forgets nothing', async () => {
      const disk = new Disk();
      const bench = disk.process('a');
      const transport = bench.connected();
      grantAll(transport);
      await bench.connection.close();
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
      assert.deepEqual(disk.lines, ['a 1']);
    });
  });

  describe('that continues after a restart', () => {
    it('an unchanged filter is not subscribed again', () => {
      const disk = new Disk();
      disk.lived('a', 'b/#');
      assert.deepEqual(disk.process('b/#', 'a').connected(kept).packets, []);
    });

    it('a removed filter is unsubscribed, a new one is subscribed', () => {
      const disk = new Disk();
      disk.lived('old', 'stays');
      const transport = disk.process('stays', 'new').connected(kept);
      assert.deepEqual(transport.packets, ['UNSUBSCRIBE old', 'SUBSCRIBE new']);
      grantAll(transport);
      assert.deepEqual(disk.lines, ['stays 1', 'new 1']);
    });

    it('a filter with changed options is subscribed again, under its identifier', () => {
      const disk = new Disk();
      const before = identifiers(disk.lived('a'));
      const bench = disk.process();
      bench.subscribe('a', 2);
      const transport = bench.connected(kept);
      assert.equal(transport.subscribed[0]?.question.qos, 2);
      assert.deepEqual(identifiers(transport), before);
    });

    it('a change that the server had not answered is sent again', () => {
      const disk = new Disk();
      disk.lived('a');
      const crashing = disk.process();
      crashing.subscribe('a', 2);
      crashing.connected(kept);
      const bench = disk.process();
      bench.subscribe('a', 2);
      assert.deepEqual(bench.connected(kept).packets, ['SUBSCRIBE a']);
    });

    it('an unanswered subscription is sent again, or unsubscribed if it was removed', () => {
      const disk = new Disk();
      disk.process('stays', 'goes').connected();
      assert.deepEqual(disk.process('stays').connected(kept).packets.toSorted(), [
        'SUBSCRIBE stays',
        'UNSUBSCRIBE goes',
      ]);
    });

    it('queued messages of the server are delivered before anything is subscribed', () => {
      const disk = new Disk();
      const ids = identifiers(disk.lived('x/#', 'x/+'));
      const bench = disk.process('other', 'x/+', 'x/#');
      bench.connection.connect();
      // It may arrive in one chunk with CONNACK.
      bench.transport.message(incoming('x/1', [ids.get('x/#') ?? 0]));
      bench.transport.connect(kept);
      bench.transport.message(incoming('x/2', [ids.get('x/+') ?? 0]));
      assert.deepEqual(bench.received, ['x/1', 'x/2']);
    });

    it('queued messages of the server are delivered even if the session file is lost and the flow has changed', () => {
      const ids = identifiers(new Disk().lived('first', 'second', 'x/#'));
      const bench = new Disk().process('x/#', 'second', 'third', 'first');
      bench.connected(kept).message(incoming('x/1', [ids.get('x/#') ?? 0]));
      assert.deepEqual(bench.received, ['x/1']);
      assert.equal(bench.transport.subscribed.length, 4);
    });

    it('each filter has a different identifier, even one that is added later', () => {
      const disk = new Disk();
      disk.lived('a', 'b');
      const filters = Array.from({ length: 500 }, (_, index) => `topic/${index}`);
      const transport = disk.process('a', 'b', ...filters).connected();
      const given = identifiers(transport);
      assert.equal(given.size, 502);
      assert.equal(new Set(given.values()).size, 502);
      for (const identifier of given.values()) assert.ok(identifier && identifier > 0 && identifier <= 268_435_455);
    });
  });

  describe('that the server has not kept', () => {
    it('everything is subscribed, and nothing is unsubscribed', () => {
      const disk = new Disk();
      disk.lived('a', 'old');
      const transport = disk.process('a').connected();
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
      grantAll(transport);
      assert.deepEqual(disk.lines, ['a 1']);
    });

    it('the subscriptions of a later session are remembered', () => {
      const disk = new Disk();
      disk.lived('a');
      const bench = disk.process('a');
      grantAll(bench.connected());
      bench.transport.lose(failure());
      assert.deepEqual(bench.connected(kept).packets, []);
    });
  });

  it('a subscription that was removed before its answer is unsubscribed when the session continues', () => {
    const bench = new Disk().process();
    const unsubscribe = bench.subscribe('a');
    bench.connected().lose(failure());
    unsubscribe();
    bench.clock.advance(0);
    assert.deepEqual(bench.connected(kept).packets, ['UNSUBSCRIBE a']);
  });
});
