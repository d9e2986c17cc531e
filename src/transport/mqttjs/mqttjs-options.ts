// Converts CONNECT and CONNACK between mqtt.js's types and ours.

import type { IClientOptions, IConnackPacket } from 'mqtt';
import { isQoS } from '../../core/publications/publication';
import type { ConnectOptions, ServerInfo, Will } from '../transport';

type WillOptions = NonNullable<IClientOptions['will']>;

/** The longest time that a timer of Node.js can wait, in ms. The connection has its own, earlier deadline. */
const NEVER = 2 ** 31 - 1;

/** mqtt.js formats seven debug lines for each packet. `debug` discards them, or shows passwords where it does not. */
const silent = (): void => {};

/** Options with which mqtt.js never queues, reconnects or resubscribes. */
export function clientOptions(options: ConnectOptions): IClientOptions {
  const { protocolVersion, clientId, username, password, keepalive, cleanStart, will, properties } = options;
  const v5 = protocolVersion === 5;
  return {
    // MQTT 3.1 has another protocol name (MQTT 3.1, section 3.1).
    protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
    protocolVersion,
    clientId,
    keepalive,
    clean: cleanStart,
    reconnectPeriod: 0,
    connectTimeout: NEVER,
    resubscribe: false,
    queueQoSZero: false,
    log: silent,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(will ? { will: willOptions(will, v5) } : {}),
    ...(v5 && properties ? { properties } : {}),
  };
}

function willOptions({ topic, payload, qos, retain, properties, delayInterval }: Will, v5: boolean): WillOptions {
  if (!v5) return { topic, payload, qos, retain };
  const all = delayInterval === undefined ? properties : { ...properties, willDelayInterval: delayInterval };
  return { topic, payload, qos, retain, ...(all ? { properties: all } : {}) };
}

/** MQTT 5, section 3.2.2.3: a limit that CONNACK does not name has its default value. */
export function serverInfo(packet: IConnackPacket, options: ConnectOptions): ServerInfo {
  const { protocolVersion } = options;
  const properties = packet.properties ?? {};
  const v5 = protocolVersion === 5;
  return {
    protocolVersion,
    sessionPresent: packet.sessionPresent,
    receiveMaximum: properties.receiveMaximum ?? 65_535,
    window: (v5 && options.properties?.receiveMaximum) || 65_535,
    maximumQoS: isQoS(properties.maximumQoS) ? properties.maximumQoS : 2,
    retainAvailable: properties.retainAvailable ?? true,
    maximumPacketSize: properties.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    subscriptionIdentifiersAvailable: v5 && (properties.subscriptionIdentifiersAvailable ?? true),
    wildcardSubscriptionAvailable: properties.wildcardSubscriptionAvailable ?? true,
    sharedSubscriptionAvailable: properties.sharedSubscriptionAvailable ?? true,
    ...(properties.assignedClientIdentifier === undefined
      ? {}
      : { assignedClientIdentifier: properties.assignedClientIdentifier }),
    ...(properties.responseInformation === undefined ? {} : { responseInformation: properties.responseInformation }),
  };
}
