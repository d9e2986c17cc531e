// Keeping the subscriptions of messages in a context store that answers late, or with errors.

import assert from 'node:assert/strict';
import type { Node } from 'node-red';
import { KeptSubscriptions } from '#src/runtime/subscribe/kept-subscriptions';
import { FakeClock } from '../helpers/fakes/fake-clock';

type Answer = (error: Error | null, value?: unknown) => void;

describe('runtime/subscribe/kept-subscriptions', () => {
  let clock: FakeClock;
  let reads: Answer[];
  let writes: { readonly value: unknown; readonly answer: Answer }[];
  let kept: KeptSubscriptions;
  beforeEach(() => {
    clock = new FakeClock();
    reads = [];
    writes = [];
    const context = {
      get: (_key: string, answer: Answer) => reads.push(answer),
      set: (_key: string, value: unknown, answer: Answer) => writes.push({ value, answer }),
    };
    kept = new KeptSubscriptions({ context: () => context } as unknown as Node, clock);
  });

  it('are read and written', async () => {
    const reading = kept.read();
    reads[0]?.(null, [{ topic: 'a' }]);
    assert.deepEqual(await reading, [{ topic: 'a' }]);
    const writing = kept.write([{ topic: 'b' }]);
    assert.deepEqual(writes[0]?.value, [{ topic: 'b' }]);
    writes[0]?.answer(null);
    await writing;
    const refused = kept.write([]);
    writes[1]?.answer(new Error('disk full'));
    await assert.rejects(refused, { code: 'subscriptions-not-kept', params: { detail: 'disk full' } });
  });

  it('that are not there in time are not waited for, nor overwritten until all are to go', async () => {
    const reading = kept.read();
    clock.advance(10_000);
    await assert.rejects(reading, { code: 'subscriptions-unreadable' });
    await assert.rejects(kept.write([]), { code: 'subscriptions-unreadable' });
    assert.equal(writes.length, 0);
    kept.abandon();
    const writing = kept.write([]);
    writes[0]?.answer(null);
    await writing;
  });
});
