// A topic state node whose context store does not answer.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import type { Codec } from '#src/core/payloads/codec';
import { startStateNode } from '#src/runtime/state/state-node';
import { RowFilters, type RowParts } from '#src/runtime/subscribe/row-filters';
import { parseStateConfig, stateDefaults } from '#src/settings/state.config';
import { FakeClock } from '../helpers/fakes/fake-clock';

describe('A topic state node that waits for its context store', () => {
  it('holds some messages until it answers, and refuses more', async () => {
    const answers: ((error: null, value: unknown) => void)[] = [];
    const context = { get: (_key: string, _store: unknown, answer: (typeof answers)[0]) => answers.push(answer) };
    const RED = {
      _: (key: string) => key,
      events: new EventEmitter(),
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
    }) as unknown as Node;
    const settings = parseStateConfig({
      ...stateDefaults,
      subscriptions: [],
      input: 'value',
      keepType: 'flow',
      keep: 'k',
    });
    assert.ok(settings.ok);
    const rows = new RowFilters({} as RowParts, [], new FakeClock());
    const parts = { RED, node, settings: settings.config, connection: undefined, codec: {} as Codec, rows };
    const started = startStateNode(parts);
    assert.ok(started.ok);
    const done: unknown[] = [];
    const give = (payload: number): boolean => {
      const message = { _msgid: '', topic: 'a', payload };
      return started.config.take({ message, send: () => {}, done: (error?: unknown) => done.push(error) } as never);
    };
    for (let count = 1; count <= 1002; count++) assert.equal(give(count), true);
    assert.deepEqual(
      done.map((error) => (error as { code?: string } | undefined)?.code),
      ['state-overloaded', 'state-overloaded'],
    );
    answers.shift()?.(null, undefined);
    // What waits is carried out in the order in which it came.
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(done.length, 1002);
    give(2000);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([done.length, done.at(-1)], [1003, undefined]);
    assert.equal(started.config.live.states.records.find('a')?.value.payload, 2000);
    started.config.live.close();
  });
});
