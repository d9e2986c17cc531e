// Uses mqtt.js only to write packets.

import type { Duplex } from 'node:stream';
import type { IConnackPacket, MqttClient } from 'mqtt';
import { WriteBatch } from '../outbound/corked-writes';
import type { OutboundWire } from '../outbound/outbound-flow';

/** The wire of `client` over `stream`, within the limits of CONNACK. */
export function mqttjsWire(
  client: MqttClient,
  stream: Duplex,
  v5: boolean,
  { properties }: IConnackPacket,
): OutboundWire {
  const batch = new WriteBatch(stream);
  return {
    v5,
    topicAliasMaximum: properties?.topicAliasMaximum ?? 0,
    maximumPacketSize: properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    full: () => batch.open || stream.writableNeedDrain || stream.destroyed,
    onFlushed: (flushed) => batch.onFlushed(flushed),
    write(packet) {
      batch.begin();
      // Its publish() would keep the packet, and send it again on its own terms: this writes, and no more.
      // biome-ignore lint/complexity/useLiteralKeys: private to mqtt.js, and tested by test/transport/outbound-flow.test.ts
      client['_sendPacket'](packet, undefined, undefined, true);
    },
  };
}
