// Keeping the state of topics in a context store that answers late, or with errors.

import assert from 'node:assert/strict';
import type { Node } from 'node-red';
import { TopicRecord } from '#src/core/state/topic-record';
import { KeptState } from '#src/runtime/state/kept-state';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { contextsOf } from '../helpers/fakes/slow-store';

type Callback = (error?: Error | null, value?: unknown) => void;

/** A context store whose answers the test gives. */
class Store {
  kept: unknown;
  writes = 0;
  readonly answers: (() => void)[] = [];
  failure: Error | undefined;

  get(_key: string, _store: string | undefined, callback: Callback): void {
    if (this.failure) callback(this.failure);
    else callback(null, this.kept);
  }

  set(_key: string, value: unknown, _store: string | undefined, callback: Callback): void {
    this.writes++;
    this.answers.push(() => {
      if (this.failure) return callback(this.failure);
      this.kept = structuredClone(value);
      callback();
    });
  }
}

function record(topic: string, payload: unknown): TopicRecord {
  const made = new TopicRecord(topic, { payload, retain: false }, 0);
  made.compared = true;
  made.reference = payload;
  return made;
}

describe('A kept state', () => {
  let store: Store;
  let clock: FakeClock;
  let errors: string[];
  let late: string[];
  const records: TopicRecord[] = [];

  beforeEach(() => {
    store = new Store();
    clock = new FakeClock();
    errors = [];
    late = [];
    records.length = 0;
  });

  function keeping(compared = 'path payload', name = ''): KeptState {
    const node = { id: name, name, context: () => ({ flow: store }) } as unknown as Node;
    return new KeptState(contextsOf(), node, {
      store: { type: 'flow', key: 'state' },
      compared,
      clock,
      time: () => ({ now: clock.now(), wall: clock.wall() }),
      records: () => records,
      readLate: (topics) => late.push(...topics.map(({ topic }) => topic)),
      failed: ({ code }) => errors.push(code),
    });
  }

  /** Lets everything happen that waits for nothing but its turn. */
  async function settled(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  it('gathers changes into one write, and those during a write into the next', async () => {
    const kept = keeping();
    records.push(record('a', 1));
    for (let i = 0; i < 100; i++) kept.touch();
    await settled();
    assert.equal(store.writes, 0);
    clock.advance(10_000);
    await settled();
    assert.equal(store.writes, 1);
    records.push(record('b', 2));
    kept.touch();
    clock.advance(100_000);
    await settled();
    assert.equal(store.writes, 1, 'the first is under way');
    store.answers.shift()?.();
    await settled();
    clock.advance(10_000);
    await settled();
    assert.equal(store.writes, 2);
    store.answers.shift()?.();
    await settled();
    assert.deepEqual(
      (await keeping().load()).map(({ topic }) => topic),
      ['a', 'b'],
    );
  });

  it('is written in the end, after a write under way', async () => {
    const kept = keeping();
    records.push(record('a', 1));
    kept.touch();
    clock.advance(10_000);
    await settled();
    records.push(record('b', 2));
    kept.touch();
    const closed = kept.close();
    store.answers.shift()?.();
    await settled();
    store.answers.shift()?.();
    await closed;
    assert.equal((await keeping().load()).length, 2);
    assert.equal(store.writes, 2);
  });

  it('writes many topics in portions, and leaves out those that left meanwhile', async () => {
    const kept = keeping();
    for (let i = 0; i < 3000; i++) records.push(record(`t/${i}`, i));
    kept.touch();
    clock.advance(10_000);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(store.writes, 0, 'other work has its turn');
    for (const left of records.slice(2500)) left.gone = true;
    while (store.writes === 0) await new Promise((resolve) => setImmediate(resolve));
    store.answers.shift()?.();
    await settled();
    assert.equal((await keeping().load()).length, 2500);
  });

  it('gives no reference for changes that are compared by something else', async () => {
    store.kept = { compared: 'path payload', topics: [] };
    const kept = keeping();
    records.push(record('a', 1));
    kept.touch();
    const closed = kept.close();
    await settled();
    store.answers.shift()?.();
    await closed;
    assert.equal((await keeping().load())[0]?.reference?.value, 1);
    assert.equal((await keeping('path payload.x').load())[0]?.reference, undefined);
  });

  it('reports a failed write once until one succeeds, and a value that has no JSON', async () => {
    const kept = keeping();
    const write = async (failure?: Error): Promise<void> => {
      store.failure = failure;
      kept.touch();
      clock.advance(10_000);
      await settled();
      store.answers.shift()?.();
      await settled();
    };
    await write(new Error('disk full'));
    await write(new Error('disk full'));
    assert.deepEqual(errors, ['state-not-kept']);
    await write();
    records.push(record('a', 1n));
    await write();
    assert.deepEqual(errors, ['state-not-kept', 'state-value-not-kept']);
  });

  it('writes again what a store has refused, also when nothing new comes and when it closes', async () => {
    const kept = keeping();
    records.push(record('a', 1));
    store.failure = new Error('disk full');
    kept.touch();
    for (let attempt = 1; attempt <= 2; attempt++) {
      clock.advance(10_000);
      await settled();
      assert.equal(store.writes, attempt);
      store.answers.shift()?.();
      await settled();
    }
    store.failure = undefined;
    const closed = kept.close();
    await settled();
    store.answers.shift()?.();
    await closed;
    assert.deepEqual([(await keeping().load()).length, errors], [1, ['state-not-kept']]);
  });

  it('is that of one node: another with the same key is told by whom, and has it when that node has gone', async () => {
    records.push(record('a', 1));
    const first = keeping('path payload', 'first');
    const second = keeping('path payload', 'second');
    assert.equal(first.take(), undefined);
    const refused = second.take();
    assert.deepEqual([refused?.code, refused?.params], ['state-key-taken', { key: 'state', name: 'first' }]);
    assert.equal(second.taken, true);
    store.kept = { compared: 'path payload', topics: ['{}'] };
    assert.deepEqual(await second.load(), []);
    second.touch();
    clock.advance(10_000);
    await settled();
    assert.equal(store.writes, 0);
    // A restart of the same node takes the key of the instance before.
    const again = keeping('path payload', 'first');
    assert.equal(again.take(), undefined);
    await first.close();
    assert.equal(second.take()?.code, 'state-key-taken');
    await again.close();
    clock.advance(10_000);
    await settled();
    assert.deepEqual([store.writes, second.taken], [1, false]);
    store.answers.shift()?.();
    await settled();
    assert.equal((await keeping('path payload', 'second').load()).length, 1);
    await second.close();
  });

  it('leaves alone what another node has written, when both stop', async () => {
    const first = keeping('path payload', 'first');
    const second = keeping('path payload', 'second');
    first.take();
    second.take();
    second.touch();
    await first.close();
    await second.close();
    assert.equal(store.writes, 0);
    assert.equal(keeping('path payload', 'third').take(), undefined);
  });

  it('says that a store does not answer a write, and does not hold up a node that closes', async () => {
    const kept = keeping();
    records.push(record('a', 1));
    kept.touch();
    clock.advance(10_000);
    await settled();
    clock.advance(10_000);
    assert.deepEqual([store.writes, errors], [1, ['state-not-kept']]);
    const closed = kept.close();
    clock.advance(5000);
    await closed;
    assert.equal(keeping('path payload', 'other').take(), undefined);
  });

  it('is not written over what a store has not given in time', async () => {
    let answer: Callback = () => {};
    store.get = (_key, _store, callback) => {
      answer = callback;
    };
    const kept = keeping();
    const loading = kept.load();
    clock.advance(10_000);
    await assert.rejects(loading, { code: 'state-unreadable' });
    answer(null, { compared: 'path payload', topics: [] });
    await settled();
    assert.equal(kept.unread, true);
    records.push(record('a', 1));
    kept.touch();
    clock.advance(10_000);
    await settled();
    assert.equal(store.writes, 0);
    answer(null, undefined);
    await settled();
    assert.deepEqual([store.writes, kept.unread], [1, false]);
  });

  it('is not written over what could not be read, which is taken first as soon as the store answers', async () => {
    const before = keeping();
    records.push(record('old', 1));
    before.touch();
    const closed = before.close();
    await settled();
    store.answers.shift()?.();
    await closed;
    store.failure = new Error('not up yet');
    const kept = keeping();
    await assert.rejects(kept.load(), { code: 'state-unreadable' });
    records.length = 0;
    records.push(record('new', 2));
    kept.touch();
    clock.advance(10_000);
    await settled();
    await kept.close();
    assert.deepEqual([store.writes, kept.unread, late], [1, true, []]);
    kept.replaced();
    assert.equal(kept.unread, false);
    const next = keeping();
    next.leaveUnread();
    next.touch();
    store.failure = undefined;
    clock.advance(10_000);
    await settled();
    assert.deepEqual([store.writes, next.unread, late], [2, false, ['old']]);
  });

  it('says when it cannot be read, and takes what is no state for none', async () => {
    store.failure = new Error('gone');
    await assert.rejects(keeping().load(), { code: 'state-unreadable' });
    store.failure = undefined;
    for (const nonsense of [undefined, null, 5, 'text', [], { topics: 'x' }, { topics: [1, '{', null] }]) {
      store.kept = nonsense;
      assert.deepEqual(await keeping().load(), []);
    }
  });
});
