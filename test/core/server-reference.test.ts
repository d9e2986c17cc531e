// The servers in a server reference, by which a server sends its clients elsewhere.

import assert from 'node:assert/strict';
import { refersTo } from '#src/core/servers/server-reference';

describe('core/server reference', () => {
  const server = { host: 'b.example', port: 1883 };
  const ipv6 = { host: '2001:db8::1', port: 8883 };
  for (const [reference, meant] of [
    ['b.example:1883', true],
    ['B.Example:1883', true],
    ['b.example', true],
    ['a.example b.example:1883', true],
    ['b.example:8883', false],
    ['a.example', false],
    ['xb.example', false],
    ['', false],
    ['mqtt://b.example:1883', false],
    ['b.example:1883/path', false],
    [':::', false],
  ] as const) {
    it(`"${reference}" ${meant ? 'means' : 'does not mean'} b.example:1883`, () => {
      assert.equal(refersTo(reference, server), meant);
    });
  }

  it('an IPv6 address is in brackets', () => {
    assert.equal(refersTo('[2001:db8::1]:8883', ipv6), true);
    assert.equal(refersTo('[2001:DB8::1]', ipv6), true);
    assert.equal(refersTo('2001:db8::1', ipv6), false);
    assert.equal(refersTo('[fe80::1]:1883', { host: 'fe80::1%eth0', port: 1883 }), true);
  });
});
