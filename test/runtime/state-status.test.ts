// What a topic state node tells beside its messages: its badge, and once that topics have to leave for others.

import assert from 'node:assert/strict';
import type { Node, NodeAPI, NodeStatus } from 'node-red';
import { LiveState } from '#src/runtime/state/live-state';
import { StateStatus } from '#src/runtime/state/state-status';
import { RowFilters, type RowParts } from '#src/runtime/subscribe/row-filters';
import { parseStateConfig, stateDefaults } from '#src/settings/state.config';
import { FakeClock } from '../helpers/fakes/fake-clock';

describe('The badge of a topic state', () => {
  /** A state within the limits of `settings`: what it shows and warns of, and how it takes a value. */
  function shown(settings: object) {
    const clock = new FakeClock();
    const badges: (string | undefined)[] = [];
    const warnings: string[] = [];
    const RED = {
      _: (key: string, values: object) => `${key.split('.').pop()} ${Object.values(values)}`,
    } as unknown as NodeAPI;
    const node = {
      status: ({ text }: NodeStatus) => badges.push(text),
      warn: (text: string) => warnings.push(text),
    } as unknown as Node;
    const parsed = parseStateConfig({ ...stateDefaults, subscriptions: [], ...settings });
    assert.ok(parsed.ok);
    const touched = (): void => status.refresh();
    const live = new LiveState(RED, parsed.config, clock, { changed: () => {}, silence: () => {}, touched });
    const rows = new RowFilters({} as RowParts, [], clock);
    const parts = { live, connection: undefined, subscriptions: undefined, rows, kept: undefined, clock };
    const status = new StateStatus(RED, node, parts);
    const take = (topic: string, payload: unknown): void => {
      live.take({ topic, value: { payload, retain: false }, compared: payload, replayed: false });
      clock.advance(1000);
    };
    return { badges, warnings, take };
  }

  it('counts the topics, and a warning says once that they are more than may be kept', () => {
    const { badges, warnings, take } = shown({ maxTopics: 2 });
    for (const topic of ['a', 'b']) take(topic, 1);
    assert.deepEqual([badges, warnings], [['topics 1', 'topics 2'], []]);
    for (const topic of ['c', 'd', 'e']) take(topic, 1);
    assert.deepEqual([badges, warnings], [['topics 1', 'topics 2'], ['stateFull 2']]);
  });

  it('warns as well when the values take more memory than they may', () => {
    const { badges, warnings, take } = shown({ maxBytes: 4000 });
    for (const topic of ['a', 'b', 'c']) take(topic, 'x'.repeat(2000));
    assert.deepEqual([badges.at(-1), warnings], ['topics 1', ['stateFull 1']]);
  });
});
