// CONNECT and CONNACK between mqtt.js's shapes and ours.

import type { IClientOptions, IConnackPacket } from 'mqtt';
import { isQoS } from '../core/publication';
import type { ConnectOptions, ProtocolVersion, ServerInfo } from './transport';

/** The longest time a timer of Node.js can wait, in ms: the connection's own deadline comes first. */
const NEVER = 2 ** 31 - 1;

/** Options with which mqtt.js queues nothing, reconnects never and resubscribes never. */
export function clientOptions(options: ConnectOptions): IClientOptions {
  const { protocolVersion, clientId, username, password, keepalive, cleanStart, sessionExpiryInterval } = options;
  return {
    protocolId: 'MQTT',
    protocolVersion,
    clientId,
    keepalive,
    clean: cleanStart,
    reconnectPeriod: 0,
    connectTimeout: NEVER,
    resubscribe: false,
    queueQoSZero: false,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(protocolVersion === 5 && sessionExpiryInterval !== undefined ? { properties: { sessionExpiryInterval } } : {}),
  };
}

/** MQTT 5, section 3.2.2.3: a limit that CONNACK does not name has the widest value. */
export function serverInfo(packet: IConnackPacket, protocolVersion: ProtocolVersion): ServerInfo {
  const properties = packet.properties ?? {};
  const v5 = protocolVersion === 5;
  return {
    protocolVersion,
    sessionPresent: packet.sessionPresent,
    receiveMaximum: properties.receiveMaximum ?? 65_535,
    maximumQoS: isQoS(properties.maximumQoS) ? properties.maximumQoS : 2,
    retainAvailable: properties.retainAvailable ?? true,
    maximumPacketSize: properties.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    subscriptionIdentifiersAvailable: v5 && (properties.subscriptionIdentifiersAvailable ?? true),
    ...(properties.assignedClientIdentifier === undefined
      ? {}
      : { assignedClientIdentifier: properties.assignedClientIdentifier }),
  };
}
