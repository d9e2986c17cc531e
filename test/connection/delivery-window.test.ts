// The window of a subscriber: unsettled deliveries, waiting deliveries, and how both end.

import assert from 'node:assert/strict';
import { type Delivery, DeliveryWindow, type SettleDelivery } from '#src/connection/acknowledgement/delivery-window';
import { FailedDeliveries } from '#src/connection/acknowledgement/failed-deliveries';
import { SharedReceipt } from '#src/connection/acknowledgement/shared-receipt';
import type { QoS } from '#src/core/publications/publication';
import { parseTopicFilter } from '#src/core/topics/topic-filter';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { RecordedReceipt } from '../helpers/fakes/recorded-receipt';
import { incoming } from './publications';

const parsed = parseTopicFilter('#');
assert.ok(parsed.ok);
const { filter } = parsed;

/** A window, and a flow that has deliveries until the test settles them. */
class Bench {
  readonly clock = new FakeClock();
  readonly failed = new FailedDeliveries();
  /** The number of failures at each alarm. */
  readonly alarms: number[] = [];
  readonly window = new DeliveryWindow(this.clock, this.failed);
  /** Topics in the order of delivery; `again` where one is marked so. */
  readonly handed: string[] = [];
  readonly #settle = new Map<string, SettleDelivery>();
  /** Settles each delivery before hand() returns. */
  instant = false;

  constructor(limit = 2, timeout = 0) {
    this.open(limit, timeout);
  }

  open(limit = 2, timeout = 0): void {
    this.window.open({
      limit,
      timeout,
      hand: ({ publication }: Delivery, settle) => {
        this.handed.push(publication.dup ? `${publication.topic} again` : publication.topic);
        if (settle) this.#settle.set(publication.topic, settle);
        if (this.instant) settle?.({ kind: 'acknowledged' });
        return undefined;
      },
      expired: () => ({ kind: 'refused', reasonCode: 0x83 }),
      changed: () => {},
      failuresFillWindow: (count) => this.alarms.push(count),
    });
  }

  take(topic: string, qos: QoS = 1, asked: QoS = qos): RecordedReceipt {
    const receipt = new RecordedReceipt();
    const shared = new SharedReceipt(receipt);
    this.window.take({ publication: incoming(topic, [], { qos }), filter, qos: asked }, qos > 0 ? shared : undefined);
    shared.delivered();
    return receipt;
  }

  /** The callbacks by which the flow settles deliveries. */
  settle(topic: string, kind: 'acknowledged' | 'abandoned' | 'interrupted' = 'acknowledged'): string {
    const settle = this.#settle.get(topic);
    assert.ok(settle, `${topic} has not been delivered`);
    return settle({ kind });
  }
}

describe('Window of deliveries', () => {
  it('hands over as many deliveries as the limit allows, and the others when there is room', () => {
    const bench = new Bench(2);
    const receipts = ['a', 'b', 'c', 'd'].map((topic) => bench.take(topic));
    assert.deepEqual(bench.handed, ['a', 'b']);
    assert.equal(bench.window.waiting, 2);
    bench.settle('b');
    assert.deepEqual(bench.handed, ['a', 'b', 'c']);
    assert.deepEqual(
      receipts.map(({ given }) => given.length),
      [0, 1, 0, 0],
    );
  });

  it('does not hold deliveries at QoS 0, which are not acknowledged', () => {
    const bench = new Bench(1);
    bench.take('a');
    bench.take('b', 0);
    const receipt = bench.take('c', 1, 0);
    assert.deepEqual(bench.handed, ['a', 'b', 'c']);
    assert.deepEqual(receipt.given, ['acknowledged 0']);
  });

  it('keeps deliveries at QoS 0 for the next instance, in their order and within a bound', () => {
    const bench = new Bench();
    bench.window.pause();
    bench.window.leave();
    for (let number = 0; number < 1001; number++) bench.take(`${number}`, 0);
    bench.open();
    // The nodes behind may not have started.
    assert.deepEqual(bench.handed, []);
    bench.window.resume();
    bench.take('next', 0);
    assert.equal(bench.handed.length, 1001);
    assert.deepEqual([bench.handed[0], ...bench.handed.slice(-2)], ['0', '999', 'next']);
  });

  it('works through a long queue when the flow is done at once, without using up the stack', () => {
    const bench = new Bench(1);
    bench.window.pause();
    for (let count = 0; count < 50_000; count++) bench.take(`t/${count}`);
    bench.instant = true;
    bench.window.resume();
    assert.equal(bench.handed.length, 50_000);
    assert.equal(bench.window.unsettled, 0);
  });

  it('settles a delivery at its time limit, and ignores a settlement after it', () => {
    const bench = new Bench(1, 1000);
    const receipt = bench.take('a');
    bench.take('b');
    bench.clock.advance(999);
    assert.deepEqual(receipt.given, []);
    bench.clock.advance(1);
    assert.deepEqual(receipt.given, ['acknowledged 131']);
    assert.equal(bench.settle('a'), 'unknown');
    assert.deepEqual(receipt.given, ['acknowledged 131']);
    assert.deepEqual(bench.handed, ['a', 'b']);
    bench.settle('b');
    assert.equal(bench.clock.pending, 0);
  });

  it('delivers interrupted deliveries first, with dup', () => {
    const bench = new Bench(2);
    const receipts = ['a', 'b', 'c'].map((topic) => bench.take(topic));
    bench.window.pause();
    bench.settle('a', 'interrupted');
    bench.window.resume();
    bench.settle('a');
    bench.settle('b');
    bench.settle('c');
    assert.deepEqual(bench.handed, ['a', 'b', 'a again', 'c']);
    assert.deepEqual(
      receipts.map(({ given }) => given),
      Array(3).fill(['acknowledged 0']),
    );
  });

  it('keeps the order when all are interrupted, and hands them to the next instance', () => {
    const bench = new Bench(2);
    for (const topic of ['a', 'b', 'c']) bench.take(topic);
    bench.window.leave();
    bench.window.interrupt();
    bench.take('d');
    assert.deepEqual(bench.handed, ['a', 'b']);
    bench.handed.length = 0;
    bench.open(4);
    assert.deepEqual(bench.handed, ['a again', 'b again', 'c', 'd']);
  });

  it('reports an acknowledgement at QoS 1 as late after the connection was lost', () => {
    const bench = new Bench(2);
    bench.take('a');
    bench.take('b', 2);
    bench.window.lose();
    assert.equal(bench.settle('a'), 'late');
    assert.equal(bench.settle('b'), 'taken');
  });

  it('drops waiting deliveries at QoS 1 when the session continues, since the server sends them again', () => {
    const bench = new Bench(1);
    for (const topic of ['a', 'b']) bench.take(topic);
    bench.take('c', 2);
    bench.window.lose();
    bench.window.resumeSession();
    bench.take('b');
    bench.settle('a');
    bench.settle('c');
    bench.settle('b');
    assert.deepEqual(bench.handed, ['a', 'c', 'b']);
  });

  it('keeps waiting deliveries when the session is lost, since the server does not send them again', () => {
    const bench = new Bench(1);
    for (const topic of ['a', 'b']) bench.take(topic);
    bench.window.lose();
    bench.settle('a');
    assert.deepEqual(bench.handed, ['a', 'b']);
  });

  it('raises an alarm once on each connection when failures may fill the window of the server', () => {
    const bench = new Bench(20);
    const fail = (window: number, topics: string): number[] => {
      bench.failed.restart(window);
      bench.alarms.length = 0;
      for (const topic of topics) {
        bench.take(topic);
        bench.settle(topic, 'abandoned');
      }
      return bench.alarms;
    };
    assert.deepEqual(fail(3, 'abcd'), [3]);
    assert.deepEqual(fail(3, 'ab'), []);
    assert.deepEqual(fail(3, 'abc'), [3]);
    assert.deepEqual(fail(1000, 'abcdefghij'), [10]);
  });

  it('counts as filled with failures only while no new delivery arrives', () => {
    const bench = new Bench(20);
    bench.failed.restart(2);
    for (const topic of ['a', 'b', 'c']) bench.take(topic);
    for (const topic of ['a', 'b']) bench.settle(topic, 'abandoned');
    assert.equal(bench.failed.full, true);
    bench.settle('c');
    assert.equal(bench.failed.full, true, 'it had come before');
    bench.take('d');
    assert.equal(bench.failed.full, false);
    bench.settle('d', 'abandoned');
    assert.equal(bench.failed.full, true);
  });

  it('counts deliveries that are never acknowledged, until the next connection', () => {
    const bench = new Bench(4, 1000);
    for (const topic of ['a', 'b', 'c']) bench.take(topic);
    bench.settle('a');
    bench.settle('b', 'abandoned');
    assert.equal(bench.window.failed, 1);
    bench.clock.advance(1000);
    assert.equal(bench.window.failed, 1);
    bench.window.refusable = false;
    bench.take('d');
    bench.clock.advance(1000);
    assert.equal(bench.window.failed, 2);
    bench.window.lose();
    assert.equal(bench.window.failed, 0);
  });

  it('settles all deliveries in one way when it is discarded', () => {
    const bench = new Bench(1, 1000);
    const receipts = ['a', 'b'].map((topic) => bench.take(topic));
    bench.window.discard({ kind: 'abandoned' });
    assert.deepEqual(
      receipts.map(({ given }) => given),
      [['abandoned'], ['abandoned']],
    );
    assert.equal(bench.settle('a'), 'unknown');
    assert.equal(bench.clock.pending, 0);
  });
});
