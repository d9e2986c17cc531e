// The dialog's trial of a topic gives the same result as the router.

import assert from 'node:assert/strict';
import { tryTopic } from '#src/core/routes/route-trial';
import { parseRouterConfig, type RuleConfig, ruleDefaults } from '#src/settings/router.config';

function tried(match: 'first' | 'all', topic: string, ...rules: readonly Partial<RuleConfig>[]): unknown[] {
  const result = parseRouterConfig({ rules: rules.map((rule) => ({ ...ruleDefaults, ...rule })) });
  assert.ok(result.ok);
  return tryTopic(result.config.routes, match, topic).map(({ route, result: { ok }, certain }) => [
    route.output + 1,
    ok,
    certain,
  ]);
}

describe('core/routes/route-trial', () => {
  it('lists the rules that match, in their order', () => {
    const rules = [{ filter: '#' }, { filter: 'b' }, { filter: 'a/+x' }];
    assert.deepEqual(tried('all', 'a/b', ...rules), [
      [1, true, true],
      [3, true, true],
    ]);
    assert.deepEqual(tried('first', 'a/b', ...rules), [[1, true, true]]);
    assert.deepEqual(tried('all', '', ...rules), []);
  });

  it('marks rules that depend on more than the topic, and continues to the first certain rule', () => {
    const rules = [
      { filter: '#', condition: 'payload > 1' },
      { filter: 'a', qos: 1 as const },
      { filter: 'a' },
      { filter: '#' },
    ];
    assert.deepEqual(tried('first', 'a', ...rules), [
      [1, true, false],
      [2, true, false],
      [3, true, true],
    ]);
  });

  it('fills the new topic as far as it comes from the topic', () => {
    assert.deepEqual(tried('all', 'a/b', { filter: 'a/+x', topic: '{{params.x}}/{{topic.0}}' }), [[1, true, true]]);
    assert.deepEqual(tried('all', 'a/b', { filter: 'a/+x', topic: 'x/{{payload.id}}' }), [[1, false, true]]);
  });
});
