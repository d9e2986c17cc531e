// Uses mqtt.js only to write packets.

import type { Duplex } from 'node:stream';
import type { IConnackPacket, MqttClient } from 'mqtt';
import { WriteBatch } from '../outbound/corked-writes';
import type { OutboundWire } from '../outbound/outbound-flow';

/** bytes; smaller payloads pass in no time that matters, even by slow links */
const LARGE = 16 * 1024;

/** The wire of `client` over `stream`, within the limits of CONNACK. `wroteLarge` is called for large payloads. */
export function mqttjsWire(
  client: MqttClient,
  stream: Duplex,
  v5: boolean,
  { properties }: IConnackPacket,
  wroteLarge: (bytes: number) => void,
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
      if (packet.cmd === 'publish' && packet.payload.length >= LARGE) wroteLarge(packet.payload.length);
      // Its publish() would keep the packet, and send it again on its own terms: this writes, and no more.
      // biome-ignore lint/complexity/useLiteralKeys: private to mqtt.js, and tested by test/transport/outbound-flow.test.ts
      client['_sendPacket'](packet, undefined, undefined, true);
    },
  };
}
