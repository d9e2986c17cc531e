// Publications of a replay: they reach the subscribers that take replays as if a server had sent them, and no server
// hears of it.

import assert from 'node:assert/strict';
import { DeliveryWindow, type SettleDelivery } from '#src/connection/acknowledgement/delivery-window';
import { FailedDeliveries } from '#src/connection/acknowledgement/failed-deliveries';
import type { IncomingPublication } from '#src/core/publications/publication';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { RecordedReceipt } from '../helpers/fakes/recorded-receipt';
import { incoming } from './publications';
import { Receiver, SubscriptionBench } from './subscription-bench';

class Taker extends Receiver {
  readonly takesReplays = true;
}

describe('A replay into the flow', () => {
  function replay(bench: SubscriptionBench, publication: IncomingPublication, stored = false): RecordedReceipt {
    const receipt = new RecordedReceipt();
    bench.subscriptions.deliveries.replay(publication, stored, receipt);
    return receipt;
  }

  it('reaches each that takes replays once, by its first filter and QoS, without any server', () => {
    const bench = new SubscriptionBench();
    const taker = new Taker({ filter: 'a/+line', qos: 1 }, '#');
    const others = [new Receiver('a/b'), new Taker('b')];
    bench.add(taker, ...others);
    const receipt = replay(bench, incoming('a/b', [], { qos: 2 }));
    assert.deepEqual(taker.deliveries, [{ topic: 'a/b', filter: 'a/+line', qos: 1, params: { line: 'b' } }]);
    assert.deepEqual(
      others.map(({ received }) => received),
      [[], []],
    );
    assert.deepEqual(receipt.given, ['acknowledged 0']);
  });

  it('sends nothing to a server that is there, and counts who got it', () => {
    const bench = new SubscriptionBench();
    bench.add(new Taker('a'), new Taker('+'));
    const transport = bench.attachGranting();
    const before = transport.packets.length;
    const { deliveries } = bench.subscriptions;
    assert.equal(deliveries.replay(incoming('a'), false, new RecordedReceipt()), 2);
    assert.equal(deliveries.replay(incoming('b/c'), false, new RecordedReceipt()), 0);
    bench.clock.advance(1000);
    assert.equal(transport.packets.length, before);
  });

  it('treats retained messages as the options of each filter say', () => {
    const bench = new SubscriptionBench();
    const takers = {
      plain: new Taker('a'),
      asPublished: new Taker({ filter: 'a', retainAsPublished: true }),
      only: new Taker({ filter: 'a', retained: 'only' }),
      ignore: new Taker({ filter: 'a', retained: 'ignore' }),
      never: new Taker({ filter: 'a', retainHandling: 2 }),
      shared: new Taker('$share/g/a'),
    };
    const flags = (stored: boolean): Record<string, boolean> => {
      const got: Record<string, boolean> = {};
      for (const [name, taker] of Object.entries(takers)) {
        taker.deliver = ({ retain }) => {
          got[name] = retain;
        };
      }
      replay(bench, incoming('a', [], { retain: true }), stored);
      return got;
    };
    bench.add(...Object.values(takers));
    assert.deepEqual(flags(true), { plain: true, asPublished: true, only: true });
    assert.deepEqual(flags(false), { plain: false, asPublished: true, ignore: false, never: false, shared: false });
  });

  it('says when it has to wait for a deploy', () => {
    const { subscriptions } = new SubscriptionBench();
    assert.equal(subscriptions.deliveries.paused, false);
    subscriptions.hold();
    assert.equal(subscriptions.deliveries.paused, true);
    subscriptions.release();
    assert.equal(subscriptions.deliveries.paused, false);
  });

  describe('to a node that acknowledges later', () => {
    const settles: SettleDelivery[] = [];

    function windowed(failed: FailedDeliveries): { bench: SubscriptionBench; window: DeliveryWindow } {
      settles.length = 0;
      const window = new DeliveryWindow(new FakeClock(), failed);
      window.open({
        ...{ limit: 1, timeout: 0, changed() {}, failuresFillWindow: () => assert.fail('no server has a window') },
        expired: () => ({ kind: 'abandoned' }),
        hand: (_delivery, settle) => {
          if (settle) settles.push(settle);
          return undefined;
        },
      });
      const taker: Taker & { window?: DeliveryWindow } = new Taker({ filter: 'a', qos: 1 });
      taker.window = window;
      const bench = new SubscriptionBench();
      bench.add(taker);
      return { bench, window };
    }

    it('waits as many as the node may have at a time, and settles each when the flow is done', () => {
      const { bench } = windowed(new FailedDeliveries());
      const receipts = [0, 1].map(() => replay(bench, incoming('a', [], { qos: 1 })));
      assert.deepEqual(
        receipts.map(({ given }) => given),
        [[], []],
      );
      assert.equal(settles.shift()?.({ kind: 'acknowledged' }), 'taken');
      settles.shift()?.({ kind: 'abandoned' });
      assert.deepEqual(
        receipts.map(({ given }) => given),
        [['acknowledged 0'], ['abandoned']],
      );
    });

    it('outlives the connection, since no server sends it again', () => {
      const { bench, window } = windowed(new FailedDeliveries());
      const receipts = [0, 1].map(() => replay(bench, incoming('a', [], { qos: 1 })));
      window.lose();
      window.resumeSession();
      assert.equal(settles.shift()?.({ kind: 'acknowledged' }), 'taken');
      settles.shift()?.({ kind: 'acknowledged' });
      assert.deepEqual(
        receipts.map(({ given }) => given),
        [['acknowledged 0'], ['acknowledged 0']],
      );
    });

    it('takes no place in the window of the server, however many fail', () => {
      const failed = new FailedDeliveries();
      failed.restart(1);
      const { bench } = windowed(failed);
      for (let count = 0; count < 5; count++) {
        replay(bench, incoming('a', [], { qos: 1 }));
        settles.shift()?.({ kind: 'abandoned' });
      }
      assert.equal(failed.count, 0);
    });
  });
});
