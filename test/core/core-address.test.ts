// Addresses as Node-RED's core MQTT nodes read them. What is expected is what url.parse and mqtt.js gave for each.

import assert from 'node:assert/strict';
import { addressOf, addressOfVariables, asCoreReads, clientIdOf } from '#src/core/servers/core-address';

describe('core/servers/core-address', () => {
  const read: readonly (readonly [text: string, used: string])[] = [
    ['mqtt://host:1883', 'mqtt://host:1883'],
    ['mqtt://host:1884:1883', 'mqtt://host:1883'],
    ['mqtt://host:abc:1883', 'mqtt://host:1883'],
    ['mqtts://host::1883', 'mqtts://host:1883'],
    ['mqtt://host/path', 'mqtt://host'],
    ['mqtt://host:1884/path', 'mqtt://host:1884'],
    ['mqtt://host/path:1883', 'mqtt://host'],
    ['mqtt://host?a=b', 'mqtt://host'],
    ['mqtt://me:pw@host:1884:1883', 'mqtt://me:pw@host:1883'],
    ['mqtt://me:p@w@host', 'mqtt://me:p@w@host'],
    ['mqtt://[::1]:1883', 'mqtt://[::1]:1883'],
    ['mqtt://${HOST}:${PORT}', 'mqtt://${HOST}:${PORT}'],
    ['mqtt://${HOST}:1884:${PORT}', 'mqtt://${HOST}:${PORT}'],
    ['ws://me:pw@host:9001/mqtt?clientId=a', 'ws://me:pw@host:9001/mqtt?clientId=a'],
    ['host:1884', 'host:1884'],
  ];
  for (const [text, used] of read) it(`of ${text} it is ${used}`, () => assert.equal(asCoreReads(text), used));

  it('puts an IPv6 address into brackets, and nothing else', () => {
    assert.equal(addressOf('mqtt', '::1', 1883), 'mqtt://[::1]:1883');
    assert.equal(addressOf('mqtt', 'fe80::1%eth0', '1883'), 'mqtt://[fe80::1%eth0]:1883');
    assert.equal(addressOf('mqtts', 'me:pw@host', 1883), 'mqtts://me:pw@host:1883');
  });

  const variables: readonly (readonly [text: string, address: string])[] = [
    ['mqtt://mqtt://me:pw@host:1884:1883', 'mqtt://me:pw@host:1884'],
    ['mqtt://wss://host/mqtt:1883', 'wss://host/mqtt'],
    ['mqtt://mqtt://host:1883', 'mqtt://host'],
    ['mqtt://host:1884:1883', 'mqtt://host:1883'],
    ['mqtt://me:pw@host:1884:1883', 'mqtt://me:pw@host:1883'],
    ['mqtt://me:pw@host:1884', 'mqtt://me:pw@host:1884'],
    ['mqtt://::1:1883', 'mqtt://::1:1883'],
    ['mqtt://host/path', 'mqtt://host/path'],
    ['ws://host:1/mqtt?a=b:1:2', 'ws://host:1/mqtt?a=b:1:2'],
    ['host', 'host'],
  ];
  for (const [text, address] of variables) {
    it(`${text} with its variables replaced is ${address}`, () => assert.equal(addressOfVariables(text), address));
  }

  it('may contain the client identifier', () => {
    assert.equal(clientIdOf('mqtt://host?clientId=a%20b&x=1'), 'a b');
    assert.equal(clientIdOf('ws://host/mqtt?clientId=a'), 'a');
    for (const text of [
      'mqtt://host',
      'mqtt://host?x=1',
      'mqtt://host?clientId=',
      'mqtt://host?clientId=a&clientId=b',
    ]) {
      assert.equal(clientIdOf(text), undefined, text);
    }
  });
});
