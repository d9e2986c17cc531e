// The size of a packet, which a server may limit, is that of the bytes that leave.

import assert from 'node:assert/strict';
import { generate } from 'mqtt-packet';
import { packetBytes } from '#src/core/publications/publication-size';

const PROPERTIES = { contentType: 'text/plain', userProperties: { a: ['1', 'ü'] }, messageExpiryInterval: 5 };

describe('publication size', () => {
  for (const protocolVersion of [4, 5] as const) {
    for (const qos of [0, 1] as const) {
      it(`is that of the packet by MQTT ${protocolVersion} at QoS ${qos}, with properties and any length`, () => {
        for (const length of [0, 100, 128, 16_400, 2_097_152]) {
          const publication = {
            topic: 'a/ü',
            payload: Buffer.alloc(length),
            qos,
            retain: false,
            properties: PROPERTIES,
          };
          const packet = generate(
            { cmd: 'publish', dup: false, ...publication, ...(qos > 0 && { messageId: 1 }) },
            { protocolVersion },
          );
          assert.equal(packetBytes(publication, protocolVersion === 5), packet.length, String(length));
        }
      });
    }
  }
});
