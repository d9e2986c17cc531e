// mqtt-packet, loaded when a broker has its first client: a flow that connects to a server of its own does not need it here.

/** The module. Node.js keeps it, so further calls cost nothing worth mentioning. */
export function mqttPacket(): typeof import('mqtt-packet') {
  return require('mqtt-packet');
}
