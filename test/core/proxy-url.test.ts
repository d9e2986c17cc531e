// Addresses of proxies as people and environment variables write them.

import assert from 'node:assert/strict';
import { parseProxyUrl } from '#src/core/servers/proxy-url';

describe('core/servers/proxy-url', () => {
  const addresses: readonly [text: string, kind: string, host: string, port: number, user?: string, word?: string][] = [
    ['http://proxy', 'http', 'proxy', 80],
    ['http://proxy:3128/', 'http', 'proxy', 3128],
    ['proxy:3128', 'http', 'proxy', 3128],
    ['  proxy  ', 'http', 'proxy', 80],
    ['https://proxy', 'https', 'proxy', 443],
    ['socks5://proxy', 'socks', 'proxy', 1080],
    ['socks5h://proxy:9050', 'socks', 'proxy', 9050],
    ['socks://[::1]:1', 'socks', '::1', 1],
    ['http://[fe80::1%25eth0]:3128', 'http', 'fe80::1%eth0', 3128],
    ['socks5://name:word@[fe80::1%eth0]', 'socks', 'fe80::1%eth0', 1080, 'name', 'word'],
    ['http://name:word@proxy:1', 'http', 'proxy', 1, 'name', 'word'],
    ['name:word@proxy:1', 'http', 'proxy', 1, 'name', 'word'],
    ['socks5://na%3Ame:w%40rd@proxy', 'socks', 'proxy', 1080, 'na:me', 'w@rd'],
  ];
  for (const [text, kind, host, port, username = '', password = ''] of addresses) {
    it(`"${text}" is ${kind} at port ${port} of ${host}`, () => {
      assert.deepEqual(parseProxyUrl(text), { kind, host, port, username, password });
    });
  }

  for (const text of [
    '',
    ' ',
    'ftp://proxy',
    'socks4://proxy',
    'http://',
    'proxy:0',
    'proxy:99999',
    'http://%zz@p',
    'a b',
  ]) {
    it(`"${text}" is none`, () => assert.equal(parseProxyUrl(text), undefined));
  }
});
