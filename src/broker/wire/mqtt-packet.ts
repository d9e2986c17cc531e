// mqtt-packet, loaded when a broker gets its first client, because most flows use no embedded broker.

/** The module. Node.js caches it, so further calls are cheap. */
export function mqttPacket(): typeof import('mqtt-packet') {
  return require('mqtt-packet');
}
