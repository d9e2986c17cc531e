// Keeping routes in a context store that answers late, or with errors.

import assert from 'node:assert/strict';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { KeptRoutes } from '#src/runtime/router/kept-routes';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { contextsOf, SlowStore } from '../helpers/fakes/slow-store';

function keptIn(store: SlowStore, key = '#:(disk)::plant.routes', id = 'router'): KeptRoutes {
  return new KeptRoutes(contextsOf({ disk: {} }), store.node(id), { type: 'flow', key }, clock);
}

let clock: FakeClock;

function refusal(promise: Promise<unknown>): Promise<MqttFlowsError> {
  return promise.then(
    () => assert.fail('it is refused'),
    (error: unknown) => {
      assert.ok(error instanceof MqttFlowsError);
      return error;
    },
  );
}

/** Lets everything continue that waits for a promise. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('runtime/router/kept-routes', () => {
  beforeEach(() => {
    clock = new FakeClock();
  });

  it('reads from the store that the key names', async () => {
    const store = new SlowStore();
    const loading = keptIn(store).load();
    assert.deepEqual([store.reads[0]?.key, store.reads[0]?.store], ['plant.routes', 'disk']);
    store.reads[0]?.answer(null, ['a']);
    assert.deepEqual(await loading, ['a']);
  });

  it('reports why nothing could be read', async () => {
    const store = new SlowStore();
    const loading = keptIn(store).load();
    store.reads[0]?.answer(new Error('disk gone'));
    const { code, params } = await refusal(loading);
    assert.deepEqual([code, params], ['routes-unreadable', { key: 'plant.routes', detail: 'disk gone' }]);
  });

  it('combines changes made while the store is busy into one write', async () => {
    const store = new SlowStore();
    const kept = keptIn(store);
    let filter = 'a';
    const save = (): Promise<void> => kept.save(() => [{ filter }]);
    const first = save();
    await turn();
    filter = 'b';
    const second = save();
    filter = 'c';
    const third = save();
    await turn();
    assert.deepEqual(
      store.writes.map(({ value }) => value),
      [[{ filter: 'a' }]],
    );
    store.writes[0]?.answer();
    await first;
    await turn();
    assert.deepEqual(store.writes[1]?.value, [{ filter: 'c' }]);
    store.writes[1]?.answer();
    await Promise.all([second, third]);
    assert.equal(store.writes.length, 2);
  });

  it('reports a failed write, and writes the next time', async () => {
    const store = new SlowStore();
    const kept = keptIn(store);
    const first = kept.save(() => []);
    await turn();
    store.writes[0]?.answer(new Error('disk full'));
    assert.equal((await refusal(first)).code, 'routes-not-kept');
    const second = kept.save(() => []);
    await turn();
    store.writes[1]?.answer();
    await second;
  });

  it('are those of one node: another with the same key reads and writes nothing, and has it when that node has gone', async () => {
    const store = new SlowStore();
    const first = keptIn(store, 'routes', 'a');
    const second = keptIn(store, 'routes', 'b');
    assert.equal(first.take(), undefined);
    assert.deepEqual(second.take()?.params, { key: 'routes', name: 'a' });
    assert.equal((await refusal(second.save(() => []))).code, 'routes-key-taken');
    assert.equal(store.writes.length, 0);
    first.close();
    const saving = second.save(() => [{ filter: 'mine' }]);
    await turn();
    store.writes[0]?.answer();
    await saving;
    second.close();
  });

  it('does not wait for ever for a store, asks it for one thing at a time, and keeps the last when it answers', async () => {
    const store = new SlowStore();
    const kept = keptIn(store);
    const loading = kept.load();
    clock.advance(10_000);
    const unread = await refusal(loading);
    assert.deepEqual([unread.code, unread.params.detailKey], ['routes-unreadable', 'waited.noAnswer']);
    let filter = 'a';
    const save = (): Promise<void> => kept.save(() => [{ filter }]);
    const first = save();
    await turn();
    clock.advance(10_000);
    assert.equal((await refusal(first)).code, 'routes-not-kept');
    for (let count = 0; count < 100; count++) {
      filter = `b${count}`;
      const next = await refusal(save());
      assert.deepEqual([next.code, next.params.seconds], ['routes-not-kept', 10]);
    }
    assert.deepEqual([store.writes.length, clock.pending], [1, 0]);
    store.writes[0]?.answer();
    await turn();
    assert.deepEqual(store.writes[1]?.value, [{ filter: 'b99' }]);
    store.writes[1]?.answer();
    await turn();
    const after = save();
    await turn();
    store.writes[2]?.answer();
    await after;
  });
});
