// Takes packets away from mqtt.js: those that would crash it, and those that we handle.

import type { Packet } from 'mqtt';

/** mqtt.js handles a packet after its event, unless it does not know its kind. */
export function take(packet: Packet): void {
  Object.assign(packet, { cmd: 'taken' });
}

/** mqtt-packet accepts packets that are too short for their identifier. None may be 0 (MQTT 5, section 2.2.1). */
export function lacksIdentifier(packet: Packet): boolean {
  const needed = packet.cmd === 'pubrel' || packet.cmd === 'pubrec' || (packet.cmd === 'publish' && packet.qos > 0);
  return needed && !(packet.messageId !== undefined && packet.messageId > 0);
}
