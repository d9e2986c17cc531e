// What a server has said in CONNACK that it will not take (MQTT 5, section 3.2.2.3).

import { MqttFlowsError } from '../core/mqtt-flows-error';
import type { OutgoingPublication } from '../core/publication';
import type { ServerInfo } from '../transport/transport';

/**
 * The reason why the server would refuse `publication`, or undefined. Sending it all the same would end the
 * connection (sections 3.2.2.3.4 to 3.2.2.3.6). `bytes` is a lower bound of the packet's size.
 */
export function limitProblem(
  publication: OutgoingPublication,
  bytes: number,
  server: ServerInfo,
): MqttFlowsError | undefined {
  const { qos, retain } = publication;
  if (qos > server.maximumQoS) return refused(0x9b);
  if (retain && !server.retainAvailable) return refused(0x9a);
  if (bytes > server.maximumPacketSize) {
    const params = { bytes, limit: server.maximumPacketSize };
    return new MqttFlowsError('publication-too-large', { stage: 'publish', reasonCode: 0x95, params });
  }
  return undefined;
}

function refused(reasonCode: number): MqttFlowsError {
  return new MqttFlowsError('publication-refused', { stage: 'publish', reasonCode });
}
