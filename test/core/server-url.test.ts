// Addresses of servers as people write them.

import assert from 'node:assert/strict';
import {
  bracketed,
  type NetworkScheme,
  parseServerUrl,
  type ServerUrlProblem,
  serverName,
  splitCredentials,
  withoutSecrets,
} from '#src/core/servers/server-url';

describe('core/servers/server-url', () => {
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
    ['mqtt://[fe80::1%25eth0]:1884', 'fe80::1%eth0', 1884],
    ['mqtt://[fe80::1%eth0]', 'fe80::1%eth0', 1883],
    ['[fe80::1%25en-0.7]', 'fe80::1%en-0.7', 1883],
    ['[FE80::1%12]:1', 'fe80::1%12', 1],
    ['bücher.example', 'bücher.example', 1883],
  ];
  for (const [text, host, port] of addresses) {
    it(`"${text}" is port ${port} of ${host}`, () => {
      const address = { scheme: 'mqtt', secure: false, host, port, path: '' };
      assert.deepEqual(parseServerUrl(text), { ok: true, address });
    });
  }

  const schemes: readonly [text: string, scheme: NetworkScheme, port: number, path: string, name: string][] = [
    ['mqtts://host', 'mqtts', 8883, '', 'mqtts://host:8883'],
    ['ssl://host', 'mqtts', 8883, '', 'mqtts://host:8883'],
    ['tls://host:1', 'mqtts', 1, '', 'mqtts://host:1'],
    ['ws://host', 'ws', 80, '/', 'ws://host:80'],
    ['ws://host:80', 'ws', 80, '/', 'ws://host:80'],
    ['WS://host:9001/mqtt', 'ws', 9001, '/mqtt', 'ws://host:9001/mqtt'],
    ['wss://host', 'wss', 443, '/', 'wss://host:443'],
    ['wss://host:443/a/b', 'wss', 443, '/a/b', 'wss://host:443/a/b'],
    ['wss://host/mqtt?X-Signature=secret&b', 'wss', 443, '/mqtt?X-Signature=secret&b', 'wss://host:443/mqtt'],
    ['mqtt://host', 'mqtt', 1883, '', 'host:1883'],
  ];
  for (const [text, scheme, port, path, name] of schemes) {
    it(`"${text}" is ${name}, path "${path}"`, () => {
      const secure = scheme === 'mqtts' || scheme === 'wss';
      const address = { scheme, secure, host: 'host', port, path };
      assert.deepEqual(parseServerUrl(text), { ok: true, address });
      assert.equal(serverName(address), name);
    });
  }

  for (const [text, path] of [
    ['mqtt+unix:///run/mosquitto.sock', '/run/mosquitto.sock'],
    ['unix:///run/mosquitto.sock', '/run/mosquitto.sock'],
    [' MQTT+UNIX:///run/my%20mqtt?.sock ', '/run/my mqtt?.sock'],
    ['mqtt+unix:///run/a@b:1', '/run/a@b:1'],
  ] as const) {
    it(`"${text}" is the socket ${path}`, () => {
      const address = { scheme: 'mqtt+unix', secure: false, path } as const;
      assert.deepEqual(parseServerUrl(text), { ok: true, address });
      assert.equal(serverName(address), `mqtt+unix://${path}`);
    });
  }

  for (const [text, name] of [
    ['mqtt:1883', 'mqtt:1883'],
    ['mqtt', 'mqtt:1883'],
    ['host.', 'host.:1883'],
    ['ws://host/a b,c', 'ws://host:80/a%20b,c'],
    ['mqtt://a user,one:secret@host', 'host:1883'],
  ] as const) {
    it(`"${text}" is an address`, () => {
      const result = parseServerUrl(text);
      assert.equal(result.ok && serverName(result.address), name);
    });
  }

  it('an IPv6 address has brackets in names only', () => {
    const address = { scheme: 'wss', secure: true, host: '::1', port: 443, path: '/' } as const;
    assert.deepEqual(parseServerUrl('wss://[::1]'), { ok: true, address });
    assert.equal(serverName(address), 'wss://[::1]:443');
    const zoned = parseServerUrl('wss://[fe80::1%25eth0]/mqtt?a=[::1%25lo]');
    assert.ok(zoned.ok);
    assert.equal(serverName(zoned.address), 'wss://[fe80::1%eth0]:443/mqtt');
    assert.equal(zoned.address.path, '/mqtt?a=[::1%25lo]');
    assert.equal(bracketed('::1'), '[::1]');
    assert.equal(bracketed('host'), 'host');
  });

  const problems: readonly [text: string, problem: ServerUrlProblem][] = [
    ['', 'empty'],
    ['   ', 'empty'],
    ['mqtt://', 'malformed'],
    ['mqtt://:1883', 'malformed'],
    [':1883', 'malformed'],
    ['host:port', 'malformed'],
    ['host:65536', 'port'],
    ['host:0', 'port'],
    ['wss://[::1]:0/mqtt', 'port'],
    ['ws://host:70000/mqtt', 'port'],
    ['host:-1', 'malformed'],
    ['mqtt://ho st', 'blank'],
    ['mqtt://local host:1883', 'blank'],
    ['mqtt ://host', 'blank'],
    ['mqtt://host: 1883', 'blank'],
    ['mqtt://lo\u00a0cal', 'blank'],
    ['mqtt://host,1883', 'comma'],
    ['one,two', 'comma'],
    ['::1', 'brackets'],
    ['mqtts://fe80::1:8883', 'brackets'],
    ['ws://2001:db8::7/mqtt', 'brackets'],
    ['mqtt://fe80::1%eth0', 'brackets'],
    ['mqtt://[fe80::1%]', 'malformed'],
    ['mqtt://[fe80::1%eth0/x]', 'malformed'],
    ['[::1', 'malformed'],
    ['[host]', 'malformed'],
    ['mqtt:host', 'slashes'],
    ['mqtt:/localhost', 'slashes'],
    ['mqtt:/localhost:1883', 'slashes'],
    ['mqtt:localhost:1883', 'slashes'],
    ['mqtt:192.168.1.10', 'slashes'],
    ['tcp:192.168.1.10:1883', 'slashes'],
    ['mqtt:99999', 'port'],
    ['MQTT//host', 'slashes'],
    ['wss;//host', 'slashes'],
    ['htp://host', 'scheme'],
    ['mqtt:///path', 'malformed'],
    ['%zz', 'malformed'],
    ['mqtt://%E0%A4%A', 'malformed'],
    ['http://host', 'scheme'],
    ['https://host', 'scheme'],
    ['wxs://host', 'scheme'],
    ['ws:///path', 'malformed'],
    ['ws://', 'malformed'],
    ['wss://host/mqtt#part', 'path'],
    ['mqtts://host/path', 'path'],
    ['file:///etc', 'malformed'],
    ['mqtt+unix://', 'socketPath'],
    ['mqtt+unix:///', 'socketPath'],
    ['mqtt+unix:///run/', 'socketPath'],
    ['mqtt+unix://run/mosquitto.sock', 'socketPath'],
    ['unix://host/run/x', 'socketPath'],
    ['mqtt+unix:///run/a%00b', 'socketPath'],
    ['mqtt+unix:///run/%zz', 'socketPath'],
    ['mqtts+unix:///run/x', 'malformed'],
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

  for (const [text, credentials] of [
    ['wss://user:secret@host/mqtt', { username: 'user', password: 'secret' }],
    ['mqtt://user@host', { username: 'user' }],
    ['user:s%40cret@host:1883', { username: 'user', password: 's@cret' }],
    ['mqtt://:secret@host', { password: 'secret' }],
  ] as const) {
    it(`"${text}" has credentials, which its name does not contain`, () => {
      const result = parseServerUrl(text);
      assert.ok(result.ok && result.address.scheme !== 'mqtt+unix');
      assert.deepEqual(result.address.credentials, credentials);
      assert.doesNotMatch(serverName(result.address), /user|s.cret/);
      assert.doesNotMatch(withoutSecrets(text), /user|s.*cret/);
    });
  }

  for (const [text, shown] of [
    ['wss://host/mqtt?X-Amz-Signature=secret', 'wss://host/mqtt?…'],
    ['wss://user:secret@host/mqtt?token=secret', 'wss://…@host/mqtt?…'],
    // Either may be the password: what stands before the @, or what stands after the question mark.
    ['wss://host/mqtt?username=me@here&password=secret', 'wss://…'],
    ['mqtt://user:sec?ret@host', 'mqtt://…'],
    ['mqtt://user:sec/ret@${HOST}', 'mqtt://…@${HOST}'],
    ['mqtt://host:1883', 'mqtt://host:1883'],
  ] as const) {
    it(`"${text}" is shown as ${shown}`, () => assert.equal(withoutSecrets(text), shown));
  }

  const pasted: readonly [text: string, url: string, username: string, password: string][] = [
    ['mqtt://user:secret@host:1883', 'mqtt://host:1883', 'user', 'secret'],
    ['wss://user:p%40ss%2Fword@host/mqtt?a=b', 'wss://host/mqtt?a=b', 'user', 'p@ss/word'],
    ['user:secret@[::1]:1883', '[::1]:1883', 'user', 'secret'],
    ['mqtts://user@host', 'mqtts://host', 'user', ''],
    ['mqtts://:secret@host', 'mqtts://host', '', 'secret'],
    ['mqtt://user:100%@host', 'mqtt://host', 'user', '100%'],
    ['  mqtt://a:b@host  ', 'mqtt://host', 'a', 'b'],
    // The user name of RabbitMQ may be vhost:user.
    ['mqtt://a:b:c@host', 'mqtt://host', 'a:b', 'c'],
    ['mqtt://a:b@c@host', 'mqtt://host', 'a', 'b@c'],
    ['mqtt://a:@host', 'mqtt://host', 'a', ''],
  ];
  for (const [text, url, username, password] of pasted) {
    it(`"${text}" is parsed`, () => {
      assert.deepEqual(splitCredentials(text), { url, username, password });
    });
  }

  for (const text of ['', 'host', 'mqtt://host:1883', 'ws://host/a@b', 'mqtt://@host']) {
    it(`"${text}" holds no user name and no password`, () => assert.equal(splitCredentials(text), undefined));
  }
});
