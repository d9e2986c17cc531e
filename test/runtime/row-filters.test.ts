// Filters from contexts and expressions while a store takes its time: what waits, what goes on, and what is left as it was.

import assert from 'node:assert/strict';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { Connection } from '#src/connection/connection';
import { found } from '#src/core/errors/result';
import { type FilterType, readFilterSource } from '#src/core/topics/filter-source';
import { NodeFilters } from '#src/runtime/subscribe/node-filters';
import { type RowFilters, type RowParts, rowFilters } from '#src/runtime/subscribe/row-filters';
import type { FormattedSubscription } from '#src/settings/subscribe.config';
import { FakeClock } from '../helpers/fakes/fake-clock';

type Answer = (error: Error | null, value?: unknown) => void;

/** A Node-RED whose contexts answer when the test says so. */
class SlowContexts {
  readonly asked: { readonly key: string; readonly answer: Answer }[] = [];
  readonly RED = {
    events: { on: () => {} },
    util: {
      evaluateNodeProperty: (key: string, _type: string, _node: Node, _message: NodeMessage, answer: Answer) => {
        this.asked.push({ key, answer });
      },
    },
  } as unknown as NodeAPI;
  readonly node = { on: () => {} } as unknown as Node;

  /** Answers all that was asked. */
  answer(values: Readonly<Record<string, unknown>>): void {
    for (const { key, answer } of this.asked.splice(0)) answer(null, values[key]);
  }
}

const options = { qos: 1, noLocal: false, retainAsPublished: true, retainHandling: 0, retained: 'deliver' } as const;

function rowOf(text: string, type: FilterType = 'template'): FormattedSubscription {
  const source = readFilterSource(text, type);
  assert.ok(source.ok);
  return { source: source.value, options, format: '', messageType: '', value: undefined };
}

/** Lets everything continue that waits for a promise. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('runtime/subscribe/row-filters', () => {
  let contexts: SlowContexts;
  let clock: FakeClock;
  beforeEach(() => {
    contexts = new SlowContexts();
    clock = new FakeClock();
  });

  function rows(...texts: readonly string[]): RowFilters {
    // Formats and values are not looked at here.
    const parts = { RED: contexts.RED, node: contexts.node, values: () => found(undefined) } as unknown as RowParts;
    const result = rowFilters(
      parts,
      texts.map((text) => rowOf(text)),
      clock,
    );
    assert.ok(result.ok);
    return result.value;
  }

  const texts = (filters: RowFilters): unknown[] => filters.byRow.map((one) => one?.options.filter.text);

  it('know fixed filters at once, and are not dependent', () => {
    const filters = rows('a', 'b/+x');
    assert.deepEqual([texts(filters), filters.dependent, filters.unfound], [['a', 'b/+x'], false, undefined]);
  });

  it('find all at the same time, each at its place', async () => {
    const filters = rows('a/{{flow.x}}', 'b', 'c/{{global.y}}');
    assert.equal(filters.dependent, true);
    const finding = filters.find();
    assert.deepEqual(
      contexts.asked.map(({ key }) => key),
      ['x', 'y'],
    );
    contexts.answer({ x: 1, y: 2 });
    assert.deepEqual(await finding, []);
    assert.deepEqual(texts(filters), ['a/1', 'b', 'c/2']);
  });

  it('a value that is missing leaves its row without a filter, and the others with theirs', async () => {
    const filters = rows('a/{{flow.x}}', 'c/{{flow.y}}');
    const finding = filters.find();
    contexts.answer({ y: 2 });
    assert.deepEqual(
      (await finding).map(({ code, params }) => [code, params.path]),
      [['filter-missing', 'flow.x']],
    );
    assert.deepEqual([texts(filters), filters.unfound?.params.template], [[undefined, 'c/2'], 'a/{{flow.x}}']);
  });

  it('a value that is removed takes the filter away', async () => {
    const filters = rows('a/{{flow.x}}');
    const first = filters.find();
    contexts.answer({ x: 1 });
    await first;
    const second = filters.find();
    contexts.answer({});
    assert.equal((await second).length, 1);
    assert.deepEqual(texts(filters), [undefined]);
  });

  it('a store that fails, or does not answer in time, leaves the filter as it was', async () => {
    const filters = rows('a/{{flow.x}}');
    const first = filters.find();
    contexts.answer({ x: 1 });
    await first;
    const broken = filters.find();
    for (const { answer } of contexts.asked.splice(0)) answer(new Error('disk on fire'));
    assert.deepEqual(
      (await broken).map(({ code, params }) => [code, params.detail]),
      [['value-unavailable', 'disk on fire']],
    );
    const slow = filters.find();
    clock.advance(5000);
    assert.deepEqual(
      (await slow).map(({ code, params }) => [code, params.detailKey]),
      [['value-unavailable', 'waited.noAnswer']],
    );
    assert.deepEqual([texts(filters), filters.unfound], [['a/1'], undefined]);
    // It comes too late.
    contexts.answer({ x: 9 });
    assert.deepEqual(texts(filters), ['a/1']);
  });

  it('a filter that stays is the same subscription, so that nothing is asked of the server', async () => {
    const filters = rows('a/{{flow.x}}', 'b/{{flow.y}}');
    const first = filters.find();
    contexts.answer({ x: 1, y: 1 });
    await first;
    const [before, other] = filters.subscriptions;
    const second = filters.find();
    contexts.answer({ x: 1, y: 2 });
    await second;
    assert.equal(filters.subscriptions[0], before);
    assert.notEqual(filters.subscriptions[1], other);
  });

  it('hold the subscriptions of the connection until they are known, and start with all then', async () => {
    const did: string[] = [];
    const connection = {
      holdSubscriptions: () => did.push('hold'),
      releaseSubscriptions: () => did.push('release'),
    } as unknown as Connection;
    const filters = rows('a/{{flow.x}}', 'b');
    const subscriptions = {
      start: (_dynamic: unknown, fixed: RowFilters['subscriptions']) =>
        did.push(`start ${fixed.map((one) => one.options.filter.text).join()}`),
    } as unknown as NonNullable<ConstructorParameters<typeof NodeFilters>[0]['subscriptions']>;
    const { RED, node } = contexts;
    const started = new NodeFilters({ RED, node, connection, rows: filters, subscriptions }).start();
    assert.deepEqual(did, ['hold']);
    contexts.answer({ x: 1 });
    await started;
    assert.deepEqual(did, ['hold', 'start a/1,b', 'release']);
  });

  it('are looked for once for all who ask while a store is waited for', async () => {
    const { RED, node } = contexts;
    const parts = { RED, node, connection: undefined, subscriptions: undefined };
    const filters = new NodeFilters({ ...parts, rows: rows('a/{{flow.x}}') });
    const first = filters.refresh();
    await settled();
    const others = Array.from({ length: 1000 }, () => filters.refresh());
    await settled();
    assert.equal(contexts.asked.length, 1);
    contexts.answer({ x: 1 });
    await first;
    await settled();
    assert.equal(contexts.asked.length, 1);
    contexts.answer({ x: 2 });
    assert.ok((await Promise.all(others)).every(({ ok }) => ok));
    assert.deepEqual([filters.texts, contexts.asked.length], [['a/2'], 0]);
  });
});
