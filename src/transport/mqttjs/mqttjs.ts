// mqtt.js, loaded when there is a connection to make: a Node-RED without one reads none of its hundred files.

/** The module. The first call takes as long as its files take to read; what is missing is thrown. */
export function mqttjs(): typeof import('mqtt') {
  return require('mqtt');
}
