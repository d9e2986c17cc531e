// Which proxy the environment names for which server.

import assert from 'node:assert/strict';
import { type Environment, faultyProxyVariable, proxyFromEnvironment } from '#src/transport/streams/proxy-choice';
import { address } from '../helpers/fakes/opening-log';

const ALL = {
  http_proxy: 'http://web:3128',
  https_proxy: 'http://secure:3128',
  all_proxy: 'socks5://all:1080',
};

function chosen(url: string, environment: Environment): string | undefined {
  return proxyFromEnvironment(address(url), environment)?.host;
}

describe('The proxy from the environment', () => {
  const byScheme: readonly [url: string, environment: Environment, proxy: string | undefined][] = [
    ['mqtt://host', ALL, 'all'],
    ['mqtt://host', { http_proxy: 'web', https_proxy: 'secure' }, undefined],
    ['mqtts://host', ALL, 'secure'],
    ['mqtts://host', { ALL_PROXY: 'all' }, 'all'],
    ['wss://host', ALL, 'secure'],
    ['ws://host', ALL, 'web'],
    ['ws://host', { all_proxy: 'all' }, 'all'],
    ['ws://host', { https_proxy: 'secure' }, undefined],
    ['wss://host', { HTTPS_PROXY: 'LARGE' }, 'large'],
    ['wss://host', { HTTPS_PROXY: 'large', https_proxy: 'small' }, 'small'],
    ['wss://host', { https_proxy: '', all_proxy: 'all' }, 'all'],
    ['wss://host', { https_proxy: 'ftp://proxy' }, undefined],
    ['mqtt://host', {}, undefined],
  ];
  for (const [url, environment, proxy] of byScheme) {
    it(`is ${proxy ?? 'none'} for ${url} with ${JSON.stringify(environment)}`, () => {
      assert.equal(chosen(url, environment), proxy);
    });
  }

  for (const url of ['mqtt://localhost', 'ws://127.0.0.1', 'ws://127.9.9.9', 'wss://[::1]', 'unix:///run/m.sock']) {
    it(`is never used for this computer: ${url}`, () => assert.equal(chosen(url, ALL), undefined));
  }

  const exceptions: readonly [url: string, list: string, excepted: boolean][] = [
    ['mqtt://host', '*', true],
    ['mqtt://host', 'other, host', true],
    ['mqtt://host', 'other host', true],
    ['mqtt://HOST', 'host', true],
    ['mqtt://host', 'ost', false],
    ['mqtt://a.example.com', 'example.com', true],
    ['mqtt://a.example.com', '.example.com', true],
    ['mqtt://a.example.com', '*.example.com', true],
    ['mqtt://example.com', '.example.com', true],
    ['mqtt://badexample.com', 'example.com', false],
    ['mqtt://host:1883', 'host:1883', true],
    ['mqtt://host:1884', 'host:1883', false],
    ['mqtt://10.1.2.3', '10.1.2.3', true],
    ['mqtt://10.1.2.3', '10.0.0.0/8', true],
    ['mqtt://11.1.2.3', '10.0.0.0/8', false],
    ['mqtt://host', '10.0.0.0/8', false],
    ['mqtt://[fd00::7]', 'fd00::/8', true],
    ['mqtt://[fe80::7%25eth0]', 'fe80::/10', true],
    ['mqtt://[fe80::7%eth0]', 'fe80::7', true],
    ['mqtt://[fe80::7%eth0]', 'fe80::7%eth0', true],
    ['mqtt://[fe80::7%eth0]', '[fe80::7%eth0]:1883', true],
    ['mqtt://[fe80::7%eth0]', 'fe80::8', false],
    ['mqtt://[fd00::7]', 'fd00::7', true],
    ['mqtt://[fd00::7]', '10.0.0.0/8', false],
    ['mqtt://10.1.2.3', '10.0.0.0/99, x/8, /', false],
    ['mqtt://10.1.2.3', '2.3', false],
    ['mqtt://host', ',', false],
  ];
  for (const [url, list, excepted] of exceptions) {
    it(`${excepted ? 'is not' : 'is'} used for ${url} when no_proxy is "${list}"`, () => {
      assert.equal(chosen(url, { ...ALL, no_proxy: list }), excepted ? undefined : 'all');
      assert.equal(chosen(url, { ...ALL, NO_PROXY: list }), excepted ? undefined : 'all');
    });
  }

  it('names a variable that holds no valid address, if it would be used', () => {
    const faulty = { https_proxy: 'ftp://name:secret-word@proxy', no_proxy: 'near' };
    assert.equal(faultyProxyVariable(address('mqtts://host'), faulty), 'https_proxy');
    assert.equal(faultyProxyVariable(address('mqtt://host'), faulty), undefined);
    assert.equal(faultyProxyVariable(address('mqtts://near'), faulty), undefined);
    assert.equal(faultyProxyVariable(address('mqtts://host'), ALL), undefined);
  });
});
