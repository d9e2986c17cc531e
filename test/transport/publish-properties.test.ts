// The properties of received publications, including those that a server must not send.

import assert from 'node:assert/strict';
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import { fromPacket } from '#src/transport/packets/publish-packet';

/** The packet as mqtt.js gets it from the wire. */
function parsed(bytes: Buffer): IPublishPacket {
  const packets: Packet[] = [];
  const reader = parser({ protocolVersion: 5 });
  reader.on('packet', (packet) => packets.push(packet));
  reader.parse(bytes);
  const [packet] = packets;
  assert.ok(packet?.cmd === 'publish');
  return packet;
}

const PUBLISH = { cmd: 'publish', topic: 'a', payload: '', qos: 0, retain: false, dup: false } as const;

describe('properties from a server', () => {
  it('arrive with their types, repeated user properties as a list', () => {
    const properties = {
      payloadFormatIndicator: true,
      messageExpiryInterval: 7,
      contentType: 'text/plain',
      responseTopic: 'b',
      correlationData: Buffer.from('c'),
      userProperties: { once: '1', twice: ['1', '2'] },
    };
    const packet = parsed(generate({ ...PUBLISH, properties }, { protocolVersion: 5 }));
    assert.deepEqual(fromPacket('a', Buffer.alloc(0), packet).properties, properties);
  });

  it('that are repeated against the specification are left out', () => {
    const contentType = Buffer.from([0x03, 0, 1, 0x78]);
    const properties = Buffer.concat([contentType, contentType]);
    const body = Buffer.concat([Buffer.from([0, 1, 0x61, properties.length]), properties]);
    const packet = parsed(Buffer.concat([Buffer.from([0x30, body.length]), body]));
    assert.equal(fromPacket('a', Buffer.alloc(0), packet).properties, undefined);
  });

  it('are undefined without properties', () => {
    assert.equal(
      fromPacket('a', Buffer.alloc(0), parsed(generate(PUBLISH, { protocolVersion: 5 }))).properties,
      undefined,
    );
  });

  it('named like properties of Object.prototype stay as the server sent them', () => {
    const userProperties = JSON.parse('{"__proto__":"x","constructor":"y"}');
    const packet = parsed(generate({ ...PUBLISH, properties: { userProperties } }, { protocolVersion: 5 }));
    const received = fromPacket('a', Buffer.alloc(0), packet).properties?.userProperties ?? {};
    assert.equal(Object.getPrototypeOf(received), Object.prototype);
    assert.equal(received.constructor, 'y');
  });
});
