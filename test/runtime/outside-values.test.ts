// Values from outside a message: they are used in the order of the messages, however late they arrive.

import assert from 'node:assert/strict';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { OutsideFound, OutsideValue } from '#src/core/values/outside-value';
import { type FindOutside, outsideFinder } from '#src/runtime/publish/outside-values';
import type { ConfigResult } from '#src/settings/saved-config';
import { FakeClock } from '../helpers/fakes/fake-clock';

type Answer = (error: Error | null, value: unknown) => void;

/** A Node-RED whose contexts answer when the test says so. The key `throws` throws. */
class SlowContexts {
  readonly asked: { readonly key: string; readonly answer: Answer }[] = [];
  readonly clock = new FakeClock();
  // These kinds of values do not use it.
  readonly node = {} as Node;
  readonly RED = {
    util: {
      evaluateNodeProperty: (key: string, _type: string, _node: Node, _message: NodeMessage, answer: Answer) => {
        if (key === 'throws') throw new Error('no such key');
        this.asked.push({ key, answer });
      },
      prepareJSONataExpression: () => {
        // Like JSONata: not an instance of Error.
        throw { message: 'Expected ")"' };
      },
    },
  } as unknown as NodeAPI;

  finder(...keys: string[]): FindOutside {
    const values = keys.map((text): OutsideValue => ({ type: 'flow', text, setting: 'topic' }));
    const result = outsideFinder(this.RED, this.node, values, undefined, this.clock);
    assert.ok(result.ok);
    return result.config;
  }
}

function unexpected(error: unknown): void {
  assert.fail(String(error));
}

function find(finder: FindOutside): Promise<ConfigResult<OutsideFound>> {
  return new Promise((resolve) => finder({ _msgid: 'm' }, resolve, unexpected));
}

describe('runtime/publish/outside-values', () => {
  let contexts: SlowContexts;
  beforeEach(() => {
    contexts = new SlowContexts();
  });

  it('finds all values of a message, in the order of the settings', async () => {
    const found = find(contexts.finder('a', 'b'));
    const [a, b] = contexts.asked;
    b?.answer(null, 'B');
    a?.answer(null, 'A');
    assert.deepEqual(await found, { ok: true, config: ['A', 'B'] });
  });

  it('reads the values when a message arrives, and uses them in the order of the messages', async () => {
    const finder = contexts.finder('a');
    const used: unknown[] = [];
    const all = [1, 2, 3].map((n) => find(finder).then((found) => used.push([n, found.ok])));
    assert.equal(contexts.asked.length, 3);
    contexts.asked[2]?.answer(null, 'third');
    contexts.asked[1]?.answer(new Error('the store is gone'), undefined);
    contexts.asked[0]?.answer(null, 'first');
    await Promise.all(all);
    assert.deepEqual(used, [
      [1, true],
      [2, false],
      [3, true],
    ]);
  });

  it('reports which setting has no value, and why', async () => {
    const found = find(contexts.finder('a'));
    contexts.asked[0]?.answer(new Error('the store is gone'), undefined);
    const result = await found;
    assert.ok(!result.ok);
    assert.equal(result.error.code, 'value-unavailable');
    assert.deepEqual(result.error.params, { property: 'topic', expression: 'a', detail: 'the store is gone' });
  });

  it('reports an exception of Node-RED as the error of the setting', async () => {
    const result = await find(contexts.finder('throws'));
    assert.ok(!result.ok);
    assert.equal(result.error.params.detail, 'no such key');
  });

  it('continues after a user of the values has failed, and reports the failure', async () => {
    const finder = contexts.finder('a');
    const reported: unknown[] = [];
    finder(
      { _msgid: 'm' },
      () => {
        throw new Error('a fault');
      },
      (error) => void reported.push(String(error)),
    );
    const next = find(finder);
    for (const { answer } of contexts.asked) answer(null, 'x');
    assert.deepEqual(await next, { ok: true, config: ['x'] });
    assert.deepEqual(reported, ['Error: a fault']);
  });

  it('lets 10,000 messages wait, and refuses the next', async () => {
    const finder = contexts.finder('a');
    const waiting = Array.from({ length: 10_001 }, () => find(finder));
    const refused = await find(finder);
    assert.ok(!refused.ok);
    assert.equal(refused.error.code, 'publish-overloaded');
    assert.equal(contexts.asked.length, 10_001);
    for (const { answer } of contexts.asked) answer(null, 'x');
    for (const found of await Promise.all(waiting)) assert.ok(found.ok);
  });

  it('gives up what is not answered in 10 s, and goes on with the next', async () => {
    const finder = contexts.finder('a');
    const first = find(finder);
    const second = find(finder);
    contexts.asked[1]?.answer(null, 'x');
    contexts.clock.advance(10_000);
    const lost = await first;
    assert.ok(!lost.ok);
    const { property, expression, seconds, detailKey } = lost.error.params;
    assert.deepEqual([property, expression, seconds, detailKey], ['topic', 'a', 10, 'waited.noAnswer']);
    assert.deepEqual(await second, { ok: true, config: ['x'] });
  });

  it('says in its errors what the values are for', async () => {
    const values: OutsideValue[] = [{ type: 'flow', text: 'a', setting: 'change' }];
    const use = { stage: 'decode', overloaded: 'changes-overloaded' } as const;
    const result = outsideFinder(contexts.RED, contexts.node, values, use);
    assert.ok(result.ok);
    const failing = find(result.config);
    contexts.asked[0]?.answer(new Error('gone'), undefined);
    const failed = await failing;
    assert.ok(!failed.ok);
    assert.deepEqual([failed.error.code, failed.error.stage], ['value-unavailable', 'decode']);
    const waiting = Array.from({ length: 10_000 }, () => find(result.config));
    const refused = await find(result.config);
    assert.ok(!refused.ok);
    assert.deepEqual([refused.error.code, refused.error.stage], ['changes-overloaded', 'decode']);
    for (const { answer } of contexts.asked.slice(1)) answer(null, 'x');
    await Promise.all(waiting);
  });

  it('uses a message at once if there is nothing to look up', () => {
    let found: ConfigResult<OutsideFound> | undefined;
    const use = (result: ConfigResult<OutsideFound>): void => {
      found = result;
    };
    contexts.finder()({ _msgid: 'm' }, use, unexpected);
    assert.deepEqual(found, { ok: true, config: [] });
  });

  it('refuses an expression that is not valid', () => {
    const result = outsideFinder(contexts.RED, contexts.node, [{ type: 'jsonata', text: '(', setting: 'qos' }]);
    assert.ok(!result.ok);
    assert.equal(result.error.code, 'expression-invalid');
    assert.equal(result.error.params.detail, 'Expected ")"');
  });
});
