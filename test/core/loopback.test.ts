// The hosts that are this computer itself.

import assert from 'node:assert/strict';
import { isLoopback } from '#src/core/servers/loopback';

describe('loopback', () => {
  for (const host of ['localhost', '::1', '127.0.0.1', '127.255.0.9']) {
    it(`${host} is this computer`, () => assert.equal(isLoopback(host), true));
  }

  for (const host of ['', '0.0.0.0', '::', '192.168.1.10', '128.0.0.1', '127.0.0.1.example.com', 'localhost.lan']) {
    it(`"${host}" can be another`, () => assert.equal(isLoopback(host), false));
  }
});
