// Keeping routes in a context store that answers late, or with errors.

import assert from 'node:assert/strict';
import type { Node, NodeAPI } from 'node-red';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { KeptRoutes } from '#src/runtime/router/kept-routes';

type Answer = (error?: Error | null, value?: unknown) => void;

/** A store that answers when the test lets it. */
class Store {
  readonly reads: { key: string; store: string | undefined; answer: Answer }[] = [];
  readonly writes: { value: unknown; answer: Answer }[] = [];

  get(key: string, store: string | undefined, answer: Answer): void {
    this.reads.push({ key, store, answer });
  }

  set(_key: string, value: unknown, _store: string | undefined, answer: Answer): void {
    this.writes.push({ value, answer });
  }
}

function keptIn(store: Store, key = '#:(disk)::plant.routes'): KeptRoutes {
  // The parts of Node-RED that are used here.
  const RED = { util: { parseContextStore: () => ({ store: 'disk', key: 'plant.routes' }) } } as unknown as NodeAPI;
  const node = { context: () => ({ flow: store }) } as unknown as Node;
  return new KeptRoutes(RED, node, 'flow', key);
}

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
  it('reads from the store that the key names', async () => {
    const store = new Store();
    const loading = keptIn(store).load();
    assert.deepEqual([store.reads[0]?.key, store.reads[0]?.store], ['plant.routes', 'disk']);
    store.reads[0]?.answer(null, ['a']);
    assert.deepEqual(await loading, ['a']);
  });

  it('reports why nothing could be read', async () => {
    const store = new Store();
    const loading = keptIn(store).load();
    store.reads[0]?.answer(new Error('disk gone'));
    const { code, params } = await refusal(loading);
    assert.deepEqual([code, params], ['routes-unreadable', { key: 'plant.routes', detail: 'disk gone' }]);
  });

  it('combines changes made while the store is busy into one write', async () => {
    const store = new Store();
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
    const store = new Store();
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
});
