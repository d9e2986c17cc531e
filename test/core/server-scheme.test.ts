// The scheme of an address that is being typed, and the switch for TLS.

import assert from 'node:assert/strict';
import { schemeOf, usesTls, withTls } from '#src/core/servers/server-scheme';

describe('core/server scheme', () => {
  it('is known while an address is typed, whatever follows', () => {
    const known = [
      '',
      'host',
      'MQTT://',
      'tcp://host',
      'mqtts://${HOST}',
      'ssl://h',
      'tls://h',
      ' ws://h',
      'wss://a b',
    ];
    assert.deepEqual(known.map(schemeOf), ['mqtt', 'mqtt', 'mqtt', 'mqtt', 'mqtts', 'mqtts', 'mqtts', 'ws', 'wss']);
    assert.deepEqual(known.map(usesTls), [false, false, false, false, true, true, true, false, true]);
  });

  it('is unknown where a variable may hold it, and where it is none of the four', () => {
    for (const text of ['${URL}', '${SCHEME}://host', 'http://host', 'mqtt+unix:///run/socket', 'unix:///run/socket']) {
      assert.equal(schemeOf(text), undefined, text);
      assert.equal(withTls(text, true), text);
      assert.equal(withTls(text, false), text);
    }
  });

  it('becomes that with TLS or without, and the usual port with it', () => {
    for (const [without, secure] of [
      ['mqtt://host', 'mqtts://host'],
      ['mqtt://host:1883', 'mqtts://host:8883'],
      ['mqtt://[::1]:1883', 'mqtts://[::1]:8883'],
      ['mqtt://[fe80::1883]', 'mqtts://[fe80::1883]'],
      ['mqtt://host:1884', 'mqtts://host:1884'],
      ['mqtt://${HOST}:1883', 'mqtts://${HOST}:8883'],
      ['mqtt://host:${PORT}', 'mqtts://host:${PORT}'],
      ['mqtt://', 'mqtts://'],
      ['ws://host/path:80', 'wss://host/path:80'],
      ['ws://host:80/mqtt?x=1:80', 'wss://host:443/mqtt?x=1:80'],
    ] as const) {
      assert.equal(withTls(without, true), secure);
      assert.equal(withTls(secure, false), without);
      assert.equal(withTls(secure, true), secure, 'is left alone');
      assert.equal(withTls(without, false), without, 'is left alone');
    }
  });

  it('is written where there was none, or another name of it', () => {
    assert.equal(withTls('', true), 'mqtts://');
    assert.equal(withTls('host:1883', true), 'mqtts://host:8883');
    assert.equal(withTls('tcp://host', true), 'mqtts://host');
    assert.equal(withTls('ssl://host:8883', false), 'mqtt://host:1883');
  });
});
