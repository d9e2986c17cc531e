// Messages that subscribe and unsubscribe while a deploy replaces their node: what is kept of them for the next instance.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import type { Connection } from '#src/connection/connection';
import type { Subscriber } from '#src/connection/subscriptions/subscriptions';
import { found } from '#src/core/errors/result';
import { findCodec } from '#src/core/payloads/formats/find-codec';
import type { NodeCodecs } from '#src/runtime/node/node-codecs';
import { NodeFilters } from '#src/runtime/subscribe/node-filters';
import { NodeSubscriptions } from '#src/runtime/subscribe/node-subscriptions';
import type { RowFilters } from '#src/runtime/subscribe/row-filters';
import { subscriptionControl } from '#src/runtime/subscribe/subscription-actions';
import { contextsOf } from '../helpers/fakes/slow-store';

/** The topics of a list that is kept. */
const topics = (list: unknown): unknown => (list as { topic: string }[]).map(({ topic }) => topic);

describe('runtime/subscribe/subscription-actions', () => {
  let kept: unknown;
  /** Why the store takes nothing. */
  let full: Error | null;
  let errors: unknown[];
  /** Lets the store answer what it was asked at the start. */
  let answer: () => void;
  /** What was asked of the connection, in order. */
  let did: string[];
  let subscriber: Subscriber | undefined;
  let subscriptions: NodeSubscriptions;
  let control: ReturnType<typeof subscriptionControl>;
  beforeEach(() => {
    kept = undefined;
    full = null;
    errors = [];
    did = [];
    subscriber = undefined;
    const RED = { ...contextsOf(), events: new EventEmitter(), _: (key: string) => key } as unknown as NodeAPI;
    const context = {
      get: (_key: string, answered: (error: null, value: unknown) => void) => {
        answer = () => answered(null, kept);
      },
      set: (_key: string, value: unknown, answered: (error: Error | null) => void) => {
        if (!full) kept = value;
        answered(full);
      },
    };
    const error = (reported: Error): unknown => errors.push(Reflect.get(reported, 'code'));
    const node = Object.assign(new EventEmitter(), { id: 'sub', context: () => context, error }) as unknown as Node;
    const connection = {
      subscribe: (added: Subscriber) => {
        subscriber = added;
        did.push(`subscribe ${added.subscriptions.map(({ filter }) => filter.text)}`);
        return (told?: () => void) => told?.();
      },
      holdSubscriptions: () => did.push('hold'),
      releaseSubscriptions: () => did.push('release'),
    } as unknown as Connection;
    const nothing = (): void => {};
    subscriptions = new NodeSubscriptions(connection, [], {
      ...{ deliver: nothing, refused: nothing, hearsItself: nothing, changed: nothing },
    });
    const codec = findCodec('auto');
    assert.ok(codec.ok);
    const rows = { dependent: false, subscriptions: [], find: async () => [] } as unknown as RowFilters;
    const filters = new NodeFilters({ RED, node, connection, rows, subscriptions });
    control = subscriptionControl(RED, node, subscriptions, filters, {
      ...{ codec: codec.value, codecs: {} as NodeCodecs, format: 'auto', values: () => found(undefined) },
      ...{ retained: 'deliver', output: undefined, keep: true },
    });
  });

  /** Gives the node a message. Resolves when it is done, with the code of its error. */
  function carriedOut(action: string, topic: unknown): Promise<unknown> {
    return new Promise((resolve) => {
      const done = (error?: Error): void => resolve(error && Reflect.get(error, 'code'));
      control({ message: { _msgid: '1', action, topic } as never, send: () => {}, done });
    });
  }

  /** Resolves when the node has asked the store, and messages that it has got so far the server. */
  const asked = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  function grant(): void {
    for (const options of subscriber?.subscriptions ?? []) {
      subscriber?.stateChanged(options, { kind: 'granted', qos: options.qos });
    }
  }

  it('hold the subscriptions of the connection until those are known that are kept, since a session has messages for them', async () => {
    await asked();
    assert.deepEqual(did, ['hold']);
    kept = [{ topic: 'first' }];
    answer();
    await asked();
    assert.deepEqual(did, ['hold', 'subscribe first', 'release']);
  });

  async function subscribed(...filters: string[]): Promise<void> {
    await asked();
    answer();
    const done = carriedOut('subscribe', filters);
    await asked();
    grant();
    assert.equal(await done, undefined);
  }

  it('leave the list as it is when the node is closed before the server answers', async () => {
    await subscribed('first');
    const late = carriedOut('subscribe', 'late');
    await asked();
    subscriptions.close();
    assert.equal(await late, 'subscription-interrupted');
    assert.deepEqual(topics(kept), ['first']);
  });

  it('take away from the list at once, since a deploy may come before the server answers', async () => {
    await subscribed('first', 'second');
    void carriedOut('unsubscribe', 'second');
    await asked();
    assert.deepEqual(topics(kept), ['first']);
  });

  it('say once that the list is not kept, for each that changes it', async () => {
    await subscribed('first', 'second');
    full = new Error('no space');
    assert.equal(await carriedOut('unsubscribe', 'second'), undefined);
    await asked();
    assert.deepEqual(errors, ['subscriptions-not-kept']);
    const third = carriedOut('subscribe', 'third');
    await asked();
    grant();
    await third;
    await asked();
    assert.deepEqual(errors, ['subscriptions-not-kept', 'subscriptions-not-kept']);
  });

  it('end with an error when their turn comes after the node was closed', async () => {
    await subscribed('first');
    subscriptions.close();
    assert.equal(await carriedOut('subscribe', 'late'), 'subscription-interrupted');
    assert.equal(await carriedOut('unsubscribe', 'first'), 'subscription-interrupted');
    assert.deepEqual(topics(kept), ['first']);
  });
});
