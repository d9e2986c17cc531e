// The server's answer to CONNECT as an error code with a sentence.

import assert from 'node:assert/strict';
import { connackError, isFailure } from '#src/core/errors/reason-code';

describe('core/errors/reason-code', () => {
  for (const [code, expected] of [
    // MQTT 3.1.1, section 3.2.2.3
    [1, 'protocol-version-refused'],
    [2, 'client-identifier-refused'],
    [3, 'server-unavailable'],
    [4, 'credentials-refused'],
    [5, 'not-authorized'],
    // MQTT 5, section 3.2.2.2
    [0x84, 'protocol-version-refused'],
    [0x85, 'client-identifier-refused'],
    [0x86, 'credentials-refused'],
    [0x87, 'not-authorized'],
    [0x88, 'server-unavailable'],
    [0x89, 'server-unavailable'],
    [0x80, 'refused-by-server'],
    [0x8a, 'refused-by-server'],
    [0x9c, 'another-server'],
    [0x9d, 'another-server'],
    [6, 'refused-by-server'],
    [255, 'refused-by-server'],
  ] as const) {
    it(`a CONNACK with 0x${code.toString(16)} is ${expected}`, () => {
      assert.equal(connackError(code, code >= 0x80), expected);
    });
  }

  it('any return code of MQTT 3.1.1 in answer to MQTT 5 refuses the version', () => {
    for (const code of [1, 2, 3, 4, 5]) assert.equal(connackError(code, true), 'protocol-version-refused');
  });

  it('codes from 0x80 on are failures', () => {
    for (const code of [0, 1, 2, 0x10, 0x7f]) assert.equal(isFailure(code), false);
    for (const code of [0x80, 0x87, 0x97, 0xff]) assert.equal(isFailure(code), true);
  });
});
