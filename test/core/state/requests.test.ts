// What a message at the input of a topic state node asks for, and what an empty payload means.

import assert from 'node:assert/strict';
import { isEmptyPayload, removes } from '#src/core/state/removal';
import { readStateRequest } from '#src/core/state/state-request';

describe('A message to a topic state', () => {
  const kinds: readonly (readonly [object, 'ask' | 'value', string | undefined])[] = [
    [{ topic: 'a/b' }, 'ask', 'ask'],
    [{ topic: 'a/b' }, 'value', 'value'],
    [{ topic: 'a/+x', action: 'ask' }, 'value', 'ask'],
    [{ topic: 'a', action: 'value' }, 'ask', 'value'],
    [{ action: 'getState' }, 'ask', 'get'],
    [{ action: 'getState', topic: '' }, 'ask', 'get'],
    [{ action: 'getState', topic: 'a/#' }, 'ask', 'get'],
    [{ action: 'setState', payload: [] }, 'ask', 'set'],
    [{ action: 'subscribe', topic: 'a' }, 'ask', undefined],
    [{ action: 7 }, 'ask', undefined],
  ];
  for (const [message, usual, kind] of kinds) {
    it(`is ${kind ?? 'none'}: ${JSON.stringify(message)}, usually ${usual}`, () => {
      const request = readStateRequest({ ...message }, usual);
      assert.equal(request?.ok === true ? request.kind : undefined, kind);
    });
  }

  it('tells a topic from a filter', () => {
    for (const [topic, single] of [
      ['a/b', true],
      ['$SYS/x', true],
      ['a/+', false],
      ['a/+name/c', false],
      ['#', false],
    ] as const) {
      const request = readStateRequest({ topic }, 'ask');
      assert.equal(request?.ok === true && request.kind === 'ask' && request.single, single, topic);
    }
  });

  for (const wrong of [undefined, 5, null, '', 'a/#/b', '$share/group/a', {}]) {
    it(`is an error without a usable topic: ${JSON.stringify(wrong)}`, () => {
      assert.equal(readStateRequest({ topic: wrong }, 'ask')?.ok, false);
    });
  }
});

describe('A value for a topic state', () => {
  for (const wrong of [undefined, 5, null, '', 'a/+', 'a/#', {}]) {
    it(`is an error without a topic: ${JSON.stringify(wrong)}`, () => {
      assert.equal(readStateRequest({ topic: wrong }, 'value')?.ok, false);
    });
  }
});

describe('An empty payload', () => {
  const value = { payload: 'on', retain: false };
  const empty = { payload: Buffer.alloc(0), retain: false };

  it('removes a value with the retain flag', () => {
    assert.equal(removes(true, true, value), true);
    assert.equal(removes(true, false, empty), true);
  });

  it('is a value without the flag, where the flag is that of the publisher', () => {
    assert.equal(removes(false, true, value), false);
  });

  it('removes a value without the flag elsewhere, but not one that is empty as well', () => {
    assert.equal(removes(false, false, value), true);
    assert.equal(removes(false, false, empty), false);
    assert.equal(removes(false, false, undefined), false);
  });

  it('is text or bytes without content, and nothing else', () => {
    assert.deepEqual(['', Buffer.alloc(0), ' ', 0, null, undefined, [], {}].map(isEmptyPayload), [
      true,
      true,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
