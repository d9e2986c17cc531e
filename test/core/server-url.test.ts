// Addresses of servers as people write them.

import assert from 'node:assert/strict';
import { parseServerUrl, type ServerUrlProblem } from '#src/core/server-url';

describe('core/server-url', () => {
  const addresses: readonly [text: string, host: string, port: number][] = [
    ['mqtt://localhost', 'localhost', 1883],
    ['mqtt://localhost:1884', 'localhost', 1884],
    ['localhost', 'localhost', 1883],
    ['localhost:1884', 'localhost', 1884],
    ['  localhost  ', 'localhost', 1883],
    ['tcp://localhost', 'localhost', 1883],
    ['MQTT://localhost', 'localhost', 1883],
    ['mqtt://localhost/', 'localhost', 1883],
    ['mqtt://localhost:', 'localhost', 1883],
    ['192.168.1.10', '192.168.1.10', 1883],
    ['192.168.1.10:1', '192.168.1.10', 1],
    ['broker.example.com:65535', 'broker.example.com', 65_535],
    ['my_broker', 'my_broker', 1883],
    ['mqtt://[::1]', '::1', 1883],
    ['mqtt://[::1]:1884', '::1', 1884],
    ['[fe80::1]:1884', 'fe80::1', 1884],
    ['[2001:db8::7]', '2001:db8::7', 1883],
    ['bücher.example', 'bücher.example', 1883],
  ];
  for (const [text, host, port] of addresses) {
    it(`"${text}" is port ${port} of ${host}`, () => {
      assert.deepEqual(parseServerUrl(text), { ok: true, address: { host, port } });
    });
  }

  const problems: readonly [text: string, problem: ServerUrlProblem][] = [
    ['', 'empty'],
    ['   ', 'empty'],
    ['mqtt://', 'malformed'],
    ['mqtt://:1883', 'malformed'],
    [':1883', 'malformed'],
    ['host:port', 'malformed'],
    ['host:65536', 'malformed'],
    ['host:0', 'malformed'],
    ['host:-1', 'malformed'],
    ['mqtt://ho st', 'malformed'],
    ['::1', 'malformed'],
    ['[::1', 'malformed'],
    ['[host]', 'malformed'],
    ['mqtt:host', 'malformed'],
    ['mqtt:///path', 'malformed'],
    ['%zz', 'malformed'],
    ['mqtt://%E0%A4%A', 'malformed'],
    ['http://host', 'scheme'],
    ['mqtts://host', 'scheme'],
    ['ws://host', 'scheme'],
    ['file:///etc', 'malformed'],
    ['mqtt://user@host', 'credentials'],
    ['mqtt://user:secret@host', 'credentials'],
    ['user:secret@host:1883', 'credentials'],
    ['mqtt://:secret@host', 'credentials'],
    ['mqtt://host/path', 'path'],
    ['host/path', 'path'],
    ['mqtt://host?a=b', 'path'],
    ['mqtt://host#a', 'path'],
  ];
  for (const [text, problem] of problems) {
    it(`"${text}": ${problem}`, () => {
      assert.deepEqual(parseServerUrl(text), { ok: false, problem });
    });
  }
});
