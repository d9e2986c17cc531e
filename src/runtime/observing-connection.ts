// A second connection to the server of a broker node, for somebody who looks on: the same settings and credentials, but a
// client of its own that leaves no trace: no session, no will, no birth or close message.

import { randomBytes } from 'node:crypto';
import { systemClock } from '../connection/clock';
import { Connection } from '../connection/connection';
import type { AttemptOptions, ConnectionSettings } from '../connection/connection-settings';
import type { Report } from '../connection/guarded';
import { MqttFlowsError } from '../core/mqtt-flows-error';
import { mqttjsTransports } from '../transport/mqttjs-transport';

/** MQTT 3.1 allows 23 characters, and most servers for it no more. */
const LONGEST_IN_3_1 = 23;

/** Not connected yet; the caller closes it. `clientId` gets a suffix, `connectOptions` are those of the broker node. */
export function observingConnection(
  settings: Pick<
    ConnectionSettings,
    'endpoints' | 'protocolVersion' | 'reconnect' | 'connectTimeout' | 'connectOptions'
  >,
  report: Report,
): Connection {
  const suffix = `-view-${randomBytes(3).toString('hex')}`;
  const longest = settings.protocolVersion === 3 ? LONGEST_IN_3_1 - suffix.length : undefined;
  const connectOptions = async (): Promise<AttemptOptions | MqttFlowsError> => {
    const options = await settings.connectOptions();
    if (options instanceof MqttFlowsError) return options;
    const { will: _will, properties, ...rest } = options;
    const { sessionExpiryInterval: _interval, ...limits } = properties ?? {};
    const clientId = options.clientId.slice(0, longest) + suffix;
    return { ...rest, clientId, cleanStart: true, properties: limits };
  };
  return new Connection(
    { ...settings, connectOptions, outbox: { maxMessages: 1, maxBytes: 1, overflow: 'reject' }, messages: {} },
    { openTransport: mqttjsTransports(), clock: systemClock, random: Math.random, report },
  );
}
