// A topic state node whose context store does not answer.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import type { Codec } from '#src/core/payloads/codec';
import { type StateNode, startStateNode } from '#src/runtime/state/state-node';
import { RowFilters, type RowParts } from '#src/runtime/subscribe/row-filters';
import { parseStateConfig, stateDefaults } from '#src/settings/state.config';
import { FakeClock } from '../helpers/fakes/fake-clock';

describe('A topic state node that waits for its context store', () => {
  let answers: ((error: null, value?: unknown) => void)[];
  let clock: FakeClock;
  let errors: unknown[];
  let done: unknown[];
  let running: StateNode;

  beforeEach(() => {
    answers = [];
    errors = [];
    done = [];
    clock = new FakeClock();
    const context = { get: (_key: string, _store: unknown, answer: (typeof answers)[0]) => answers.push(answer) };
    const events = new EventEmitter();
    const RED = {
      _: (key: string) => key,
      events,
      settings: {},
      util: {
        normalisePropertyExpression: (key: string) => [key],
        parseContextStore: (key: string) => ({ key }),
        cloneMessage: structuredClone,
      },
    } as unknown as NodeAPI;
    const node = Object.assign(new EventEmitter(), {
      id: 'state',
      context: () => ({ flow: context }),
      status: () => {},
      send: () => {},
      error: (error: { readonly code?: string }) => errors.push(error.code),
    }) as unknown as Node;
    const settings = parseStateConfig({
      ...stateDefaults,
      subscriptions: [],
      input: 'value',
      keepType: 'flow',
      keep: 'k',
    });
    assert.ok(settings.ok);
    const rows = new RowFilters({} as RowParts, [], clock);
    const parts = { RED, node, settings: settings.config, connection: undefined, codec: {} as Codec, rows };
    const started = startStateNode(parts, clock);
    assert.ok(started.ok);
    running = started.config;
    events.emit('flows:started', {});
  });

  function give(payload: number): boolean {
    const message = { _msgid: '', topic: 'a', payload };
    return running.take({ message, send: () => {}, done: (error?: unknown) => done.push(error) } as never);
  }

  /** Lets everything continue that waits for a promise. */
  function turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  it('holds some messages until it answers, and refuses more', async () => {
    for (let count = 1; count <= 1002; count++) assert.equal(give(count), true);
    assert.deepEqual(
      done.map((error) => (error as { code?: string } | undefined)?.code),
      ['state-overloaded', 'state-overloaded'],
    );
    answers.shift()?.(null, undefined);
    // What waits is carried out in the order in which it came.
    await turn();
    assert.equal(done.length, 1002);
    give(2000);
    await turn();
    assert.deepEqual([done.length, done.at(-1)], [1003, undefined]);
    assert.equal(running.live.states.records.find('a')?.value.payload, 2000);
    running.live.close();
  });

  it('goes on without it after 10 s, and says so', async () => {
    give(1);
    clock.advance(10_000);
    await turn();
    assert.deepEqual([done, running.live.states.records.find('a')?.value.payload], [[undefined], 1]);
    give(2);
    await turn();
    answers.shift()?.(null, { compared: '', topics: ['late'] });
    await turn();
    assert.equal(running.live.states.records.find('a')?.value.payload, 2);
    assert.deepEqual(errors, ['state-unreadable']);
    running.live.close();
  });
});
