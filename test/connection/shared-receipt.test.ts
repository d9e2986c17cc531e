// Receipts: one acknowledgement for all subscribers of a publication, sent when the last of them has settled.

import assert from 'node:assert/strict';
import type { ReleaseReceipt } from '#src/connection/acknowledgement/shared-receipt';
import { AnswerWatch } from '#src/connection/answer-watch';
import { type Subscriber, Subscriptions } from '#src/connection/subscriptions/subscriptions';
import { parseTopicFilter } from '#src/core/topics/topic-filter';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { RecordedReceipt } from '../helpers/fakes/recorded-receipt';
import { incoming } from './publications';

/** A subscriber to `a` that holds each receipt, or none. */
class Holder implements Subscriber {
  readonly subscriptions;
  readonly held: ReleaseReceipt[] = [];
  readonly #holds: boolean;

  constructor(holds: boolean) {
    const parsed = parseTopicFilter('a');
    assert.ok(parsed.ok);
    const options = { qos: 2, noLocal: false, retainAsPublished: true, retainHandling: 0 } as const;
    this.subscriptions = [{ filter: parsed.filter, ...options }];
    this.#holds = holds;
  }

  get window(): Subscriber['window'] {
    if (!this.#holds) return undefined;
    return {
      take: (_delivery, receipt) => {
        if (receipt) this.held.push(receipt.hold());
      },
    };
  }

  deliver(): void {}

  stateChanged(): void {}

  /** The function that releases the latest receipt. */
  get release(): ReleaseReceipt {
    const release = this.held.at(-1);
    assert.ok(release, 'nothing is held');
    return release;
  }
}

function delivered(...subscribers: Holder[]): RecordedReceipt {
  const clock = new FakeClock();
  const subscriptions = new Subscriptions(clock, assert.ifError, new AnswerWatch(clock));
  for (const subscriber of subscribers) subscriptions.add(subscriber);
  const receipt = new RecordedReceipt();
  subscriptions.deliver(incoming('a', [], { qos: 1 }), receipt);
  return receipt;
}

describe('Receipt of a publication', () => {
  it('acknowledges at once when nobody holds it', () => {
    assert.deepEqual(delivered(new Holder(false), new Holder(false)).given, ['acknowledged 0']);
  });

  it('acknowledges at once without a subscriber, so that the server does not keep the publication', () => {
    assert.deepEqual(delivered().given, ['acknowledged 0']);
  });

  it('acknowledges when the last holder has released it', () => {
    const [first, other, second] = [new Holder(true), new Holder(false), new Holder(true)];
    const { given } = delivered(first, other, second);
    assert.deepEqual(given, []);
    first.release({ kind: 'acknowledged' });
    assert.deepEqual(given, []);
    second.release({ kind: 'acknowledged' });
    assert.deepEqual(given, ['acknowledged 0']);
  });

  it('counts one holder once, however often it releases', () => {
    const [first, second] = [new Holder(true), new Holder(true)];
    const { given } = delivered(first, second);
    first.release({ kind: 'acknowledged' });
    first.release({ kind: 'acknowledged' });
    assert.deepEqual(given, []);
    second.release({ kind: 'acknowledged' });
    assert.deepEqual(given, ['acknowledged 0']);
  });

  it('refuses when one of them refuses', () => {
    const [first, second] = [new Holder(true), new Holder(true)];
    const { given } = delivered(first, second);
    first.release({ kind: 'refused', reasonCode: 0x83 });
    second.release({ kind: 'acknowledged' });
    assert.deepEqual(given, ['acknowledged 131']);
  });

  it('never acknowledges when one holder wants the publication again', () => {
    const [first, second] = [new Holder(true), new Holder(true)];
    const { given } = delivered(first, second);
    first.release({ kind: 'abandoned' });
    second.release({ kind: 'refused', reasonCode: 0x83 });
    assert.deepEqual(given, ['abandoned']);
  });
});
