// What a permission may say, and what the names of clients make of it.

import assert from 'node:assert/strict';
import { matchesTopic } from '#src/core/topics/filter-relations';
import { parseTopicPermission, permittedLevels } from '#src/core/topics/topic-permission';

function permits(text: string, topic: string, username: string, clientid = 'client'): boolean {
  const parsed = parseTopicPermission(text);
  assert.ok(parsed.ok, text);
  const levels = permittedLevels(parsed.permission, { username, clientid });
  return levels !== undefined && matchesTopic(levels, topic);
}

describe('topic permission', () => {
  it('is a filter with the names of the client filled in', () => {
    assert.ok(permits('home/#', 'home/kitchen', 'ann'));
    assert.ok(permits('home/{{username}}/#', 'home/ann/light', 'ann'));
    assert.ok(!permits('home/{{username}}/#', 'home/bob/light', 'ann'));
    assert.ok(permits('tele/{{clientid}}/+', 'tele/lamp/state', 'ann', 'lamp'));
    assert.ok(permits('device-{{clientid}}', 'device-lamp', 'ann', 'lamp'));
  });

  for (const name of ['+', '#', 'a/b', 'a+', '', '$SYS']) {
    it(`permits nothing to a client called "${name}", whose name would change its meaning`, () => {
      assert.ok(!permits('{{username}}/#', 'other/topic', name));
      assert.ok(!permits('{{username}}/#', `${name}/topic`, name));
      assert.ok(permits('open/#', 'open/topic', name));
    });
  }

  for (const [text, problem] of [
    ['', 'empty'],
    ['a/#/b', 'hashNotLast'],
    ['a+', 'wildcardInLevel'],
    ['home/+room', 'wildcardInLevel'],
    ['home/#rest', 'wildcardInLevel'],
    ['{{user}}/#', 'placeholder'],
    ['{{username[0]}}/#', 'placeholder'],
    ['{{username', 'unclosed'],
    ['+{{username}}', 'placeholder'],
    ['{{username}}#', 'placeholder'],
    ['$share/group/a', 'shareFilter'],
  ] as const) {
    it(`refuses "${text}"`, () => {
      const parsed = parseTopicPermission(text);
      assert.equal(parsed.ok ? undefined : parsed.problem, problem);
    });
  }
});
