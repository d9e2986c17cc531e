// How a server is found out that sends one copy of a publication for each subscription, or one for all, and what that
// costs meanwhile: nothing twice, nothing lost, and nothing later than a moment.

import assert from 'node:assert/strict';
import type { Delivery } from '#src/connection/acknowledgement/delivery-window';
import type { SharedReceipt } from '#src/connection/acknowledgement/shared-receipt';
import { AnswerWatch } from '#src/connection/answer-watch';
import { Subscriptions } from '#src/connection/subscriptions/subscriptions';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { ModelServer, SERVER_KINDS, type ServerKind } from './model-server';
import { Receiver } from './subscription-bench';

/** A clock that goes on while the program runs, as real ones do. */
class TickingClock extends FakeClock {
  #ticks = 0;

  override now(): number {
    return super.now() + ++this.#ticks / 1_000_000;
  }
}

/** Two nodes whose filters both match `a`. */
class Bench {
  readonly clock = new TickingClock();
  readonly subscriptions = new Subscriptions(this.clock, assert.ifError, new AnswerWatch(this.clock));
  readonly exact = new Receiver({ filter: 'a', qos: 1 });
  readonly wild = new Receiver({ filter: '+', qos: 1 });
  readonly server: ModelServer;

  constructor(kind: ServerKind) {
    this.server = new ModelServer(kind, this.clock, this.subscriptions);
    this.subscriptions.add(this.exact);
    this.subscriptions.add(this.wild);
    this.server.connect(false);
    this.clock.advance(2000);
  }

  publish(topic: string, payload: string, wait = 10): void {
    this.server.receive({ topic, payload, qos: 1, retain: false });
    this.clock.advance(wait);
  }

  get counts(): [exact: number, wild: number] {
    return [this.exact.deliveries.length, this.wild.deliveries.length];
  }
}

function kindNamed(part: string): ServerKind {
  const kind = SERVER_KINDS.find(({ name }) => name.includes(part));
  assert.ok(kind, part);
  return kind;
}

describe('connection: copies of a publication', () => {
  for (const kind of SERVER_KINDS) {
    describe(kind.name, () => {
      it('the first publication reaches all subscribers within 250 ms', () => {
        const bench = new Bench(kind);
        bench.publish('a', 'first', 260);
        assert.deepEqual(bench.counts, [1, 1]);
      });

      it('a thousand publications at once are each delivered once', () => {
        const bench = new Bench(kind);
        for (let count = 0; count < 1000; count++) bench.publish('a', `number ${count}`, 0);
        bench.clock.advance(3000);
        assert.deepEqual(bench.counts, [1000, 1000]);
      });

      for (const gap of [300, 1500, 5000]) {
        it(`the link stands still for ${gap} ms between the copies, and none comes twice`, () => {
          const bench = new Bench(kind);
          bench.server.gap = gap;
          for (let count = 0; count < 12; count++) bench.publish('a', `number ${count}`, count % 4 === 0 ? 10 : 100);
          bench.clock.advance(12 * 3 * gap + 10_000);
          assert.deepEqual(bench.counts, [12, 12]);
        });
      }

      for (const window of [1, 2, 3]) {
        it(`the server leaves ${window} unacknowledged, and no more than the first comes twice`, () => {
          const bench = new Bench(kind);
          bench.server.window = window;
          for (let count = 0; count < 20; count++) bench.publish('a', `number ${count}`, 10);
          bench.clock.advance(20_000);
          const [exact, wild] = bench.counts;
          const twice = kind.identifiers === 'one' && window === 1 ? 1 : 0;
          assert.ok(exact >= 20 && exact <= 20 + twice, `${exact}`);
          assert.ok(wild >= 20 && wild <= 20 + twice, `${wild}`);
        });
      }

      const kept = kind.varies ? 'is kept, once the server is known' : 'is kept, also for those who had to wait';
      it(`the order within a topic ${kept}`, () => {
        const bench = new Bench(kind);
        const payloads: string[] = [];
        if (kind.varies) bench.publish('a', 'first', 300);
        bench.wild.deliver = ({ payload }) => void payloads.push(String(payload));
        for (let count = 0; count < 100; count++) bench.publish('a', `${count}`, 7);
        bench.clock.advance(3000);
        assert.deepEqual(
          payloads,
          Array.from({ length: 100 }, (_, index) => `${index}`),
        );
      });

      it('a publication with the content of an earlier one is delivered, once the kind of server is known', () => {
        const bench = new Bench(kind);
        bench.publish('a', 'one', 300);
        bench.publish('a', 'another', 2500);
        for (let count = 0; count < 10; count++) bench.publish('a', 'on', count % 3);
        bench.clock.advance(3000);
        assert.deepEqual(bench.counts, [12, 12]);
      });

      it('a connection that ends while copies are awaited loses no publication that has arrived', () => {
        const bench = new Bench(kind);
        bench.publish('a', 'last', 10);
        bench.server.disconnect();
        bench.clock.advance(3000);
        assert.deepEqual(bench.counts, [1, 1]);
      });

      it('a node that is added and removed meanwhile makes no other node miss a publication', () => {
        const bench = new Bench(kind);
        for (let count = 0; count < 40; count++) {
          const late = new Receiver({ filter: count % 2 === 0 ? '#' : 'a/#', qos: 1, retainHandling: 2 });
          const remove = bench.subscriptions.add(late);
          for (let each = 0; each < 12; each++) bench.publish('a', `${count} ${each}`, each % 4);
          remove();
          for (let each = 0; each < 12; each++) bench.publish('a', `${count} ${each} gone`, each % 4);
        }
        bench.clock.advance(3000);
        assert.deepEqual(bench.counts, [960, 960]);
      });

      it('a server that was replaced by one of another kind is recognized', () => {
        for (const other of SERVER_KINDS) {
          if (other.protocolVersion !== kind.protocolVersion) continue;
          const bench = new Bench(kind);
          bench.publish('a', 'before', 3000);
          bench.server.disconnect();
          new ModelServer(other, bench.clock, bench.subscriptions).connect(false);
          bench.clock.advance(2000);
          const next = new ModelServer(other, bench.clock, bench.subscriptions);
          next.connect(false);
          bench.clock.advance(2000);
          next.receive({ topic: 'a', payload: 'after', qos: 1, retain: false });
          bench.clock.advance(3000);
          assert.deepEqual(bench.counts, [2, 2], other.name);
        }
      });
    });
  }

  for (const late of [100, 246, 247, 248, 249, 250, 251, 300]) {
    it(`a server that leaves one unacknowledged is known, though the first is acknowledged after ${late} ms`, () => {
      const bench = new Bench(kindNamed('3.1.1, a copy for each'));
      bench.server.window = 1;
      const slow = new Receiver({ filter: '#', qos: 1 });
      bench.subscriptions.add(
        Object.assign(slow, {
          window: {
            take(delivery: Delivery, receipt: SharedReceipt | undefined): void {
              slow.deliver(delivery.publication, delivery.filter, delivery.qos, false);
              const release = receipt?.hold();
              bench.clock.after(late, () => release?.({ kind: 'acknowledged' }));
            },
          },
        }),
      );
      bench.clock.advance(2000);
      for (let count = 0; count < 8; count++) bench.publish('a', `number ${count}`, 6000);
      assert.deepEqual([...bench.counts, slow.deliveries.length], [8, 8, 8]);
    });
  }

  it('two first publications with the same content, from a server that sends one copy, are told apart when the next one arrives', () => {
    const bench = new Bench(kindNamed('3.1.1, one copy'));
    bench.publish('a', 'on');
    bench.publish('a', 'on');
    bench.publish('a', 'off', 260);
    bench.publish('a', 'on', 260);
    bench.clock.advance(3000);
    assert.deepEqual(bench.counts, [4, 4]);
  });

  it('a server that was wrongly taken for one that sends copies is recognized, without losing publications that differ', () => {
    const bench = new Bench(kindNamed('3.1.1, one copy'));
    for (let count = 0; count < 2; count++) {
      bench.publish('a', `twice ${count}`);
      bench.publish('a', `twice ${count}`, 300);
    }
    for (let count = 0; count < 5; count++) bench.publish('a', `once ${count}`, 2100);
    for (let count = 0; count < 3; count++) bench.publish('a', 'the same');
    bench.clock.advance(3000);
    assert.deepEqual(bench.counts, [10, 10]);
  });
});
