// Messages whose value is an expression: what closing the node waits for.

import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { findCodec } from '#src/core/payloads/formats/find-codec';
import { MessagePreparation } from '#src/runtime/subscribe/message-preparation';
import type { NodeSubscription } from '#src/runtime/subscribe/node-subscriptions';
import { incoming } from '../connection/publications';
import { filterOf } from '../core/parsed';
import { FakeClock } from '../helpers/fakes/fake-clock';

describe('the messages that a closing node waits for', () => {
  let clock: FakeClock;
  let answers: ((value: unknown) => void)[];
  let preparation: MessagePreparation;

  beforeEach(() => {
    const codec = findCodec('auto');
    assert.ok(codec.ok);
    clock = new FakeClock();
    answers = [];
    const settings = { codec: codec.value, undecodable: 'error', requestsOnly: false } as const;
    preparation = new MessagePreparation({} as NodeAPI, settings);
    const filter = filterOf('t');
    const rule = {
      origin: { kind: 'expression', text: '$f' },
      conversion: undefined,
      missing: 'error',
      keepData: false,
    } as const;
    const subscription: NodeSubscription = {
      options: { filter, qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 },
      codec: codec.value,
      value: { rule, evaluate: () => new Promise((resolve) => answers.push(resolve)) },
    };
    void preparation.prepare({ publication: incoming('t'), filter, qos: 1 }, subscription);
  });

  it('are those whose expressions are still evaluated', async () => {
    const unfinished = preparation.unfinished(clock);
    assert.ok(unfinished);
    assert.deepEqual([answers.length, clock.pending], [1, 1]);
    answers[0]?.(5);
    await unfinished;
    assert.equal(clock.pending, 0);
  });

  it('are given up after 5 s, since an expression may never end', async () => {
    const unfinished = preparation.unfinished(clock);
    assert.ok(unfinished);
    clock.advance(5000);
    await unfinished;
    assert.equal(answers.length, 1);
  });
});
