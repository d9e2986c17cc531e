// Keys of contexts: each is that of one node, whatever kinds of nodes they are and however the key is written.

import assert from 'node:assert/strict';
import type { Node } from 'node-red';
import { ContextKey } from '#src/runtime/context/context-key';
import { NoAnswer } from '#src/runtime/context/late-answers';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { contextsOf, SlowStore } from '../helpers/fakes/slow-store';

describe('runtime/context/context-key', () => {
  /** The id of the node that has the key already. */
  function holder(context: object, key: string, id: string, contextStorage?: object): string | undefined {
    const node = { id, context: () => ({ flow: context }) } as unknown as Node;
    return new ContextKey(contextsOf(contextStorage), node, { type: 'flow', key }).take()?.id;
  }

  it('is that of one node, until it leaves it; its next instance takes it over', () => {
    const store = new SlowStore();
    const of = (id: string): ContextKey => new ContextKey(contextsOf(), store.node(id), { type: 'flow', key: 'x' });
    const [first, second, again] = [of('a'), of('b'), of('a')];
    assert.deepEqual([first.take(), second.take()?.id, again.take()], [undefined, 'a', undefined]);
    first.leave();
    assert.equal(second.take()?.id, 'a');
    again.leave();
    assert.deepEqual([second.take(), first.take()?.id], [undefined, 'b']);
  });

  it('is the same however it is written, and has all that is in it', () => {
    const context = {};
    assert.equal(holder(context, 'plant.state', 'a'), undefined);
    const other = ['plant["state"]', 'plant.state.routes', 'plant', '#:(default)::plant.state'];
    assert.deepEqual(
      other.map((key) => holder(context, key, 'b')),
      ['a', 'a', 'a', 'a'],
    );
    assert.equal(holder(context, 'plant.states', 'c'), undefined);
    assert.equal(holder({}, 'plant.state', 'd'), undefined);
  });

  it('is another one in another store; a store without a name, or that is not there, is the default', () => {
    const stores = { default: 'disk', disk: {}, memory: {} };
    const context = {};
    assert.equal(holder(context, 'x', 'a', stores), undefined);
    assert.equal(holder(context, '#:(disk)::x', 'b', stores), 'a');
    assert.equal(holder(context, '#:(default)::x', 'c', stores), 'a');
    assert.equal(holder(context, '#:(gone)::x', 'd', stores), 'a');
    assert.equal(holder(context, '#:(memory)::x', 'e', stores), undefined);
    const first = {};
    assert.equal(holder(first, 'x', 'a', { first: {}, second: {} }), undefined);
    assert.equal(holder(first, '#:(first)::x', 'b', { first: {}, second: {} }), 'a');
  });

  it('is that of one node also where two instances of a subflow name a key of the flow around them', () => {
    const flow = {};
    const inner = (around: object = flow): object => ({ $parent: around });
    assert.equal(holder(inner(), '$parent.state', 'a'), undefined);
    assert.equal(holder(inner(), '$parent.state', 'b'), 'a');
    assert.equal(holder(inner(inner()), '$parent.$parent.state', 'c'), 'a');
    assert.equal(holder(flow, 'state', 'd'), 'a');
    assert.equal(holder(inner({}), '$parent.state', 'e'), undefined);
    assert.equal(holder(inner(), 'state', 'f'), undefined);
  });

  it('is read within 10 s, or it is an error', async () => {
    const store = new SlowStore();
    const clock = new FakeClock();
    const key = new ContextKey(contextsOf(), store.node(), { type: 'flow', key: 'x' }, clock);
    const reading = key.read();
    clock.advance(10_000);
    await assert.rejects(reading, NoAnswer);
  });
});
