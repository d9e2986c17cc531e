// A second connection to the server of a broker node, for a viewer or a recording. It has the same settings and
// credentials, but a client identifier of its own, and no session, will, birth or close message.

import { systemClock } from '../../connection/clock';
import { Connection } from '../../connection/connection';
import type { AttemptOptions, ConnectionSettings, Endpoint } from '../../connection/connection-settings';
import type { Report } from '../../connection/report';
import { found, type Result } from '../../core/errors/result';
import { mqttjsTransports } from '../../transport/mqttjs/mqttjs-transport';
import type { Admits } from '../../transport/mqttjs/packet-cutter';
import { clientBeside } from '../client/companion-client';

/** ms between two reads. Nobody notices this delay in a sidebar. */
const REST = 50;

/**
 * Returns the connection, not connected yet. The caller closes it. `clientId` gets a suffix; `connectOptions` are those
 * of the broker node. Messages at QoS 0 that `admits` does not admit are dropped before they cost processor time.
 * `rest` is the time in ms between two reads.
 */
export function observingConnection(
  settings: Pick<ConnectionSettings, 'endpoints' | 'protocolVersion' | 'reconnect' | 'connectTimeout'> & {
    readonly connectOptions: (server: Endpoint) => Promise<Result<AttemptOptions>>;
  },
  report: Report,
  admits: Admits,
  rest = REST,
): Connection {
  const beside = clientBeside('view', settings.protocolVersion);
  const connectOptions = async (server: Endpoint): Promise<Result<AttemptOptions>> => {
    const options = await settings.connectOptions(server);
    return options.ok ? found(withoutAliases(beside(options.value))) : options;
  };
  return new Connection(
    { ...settings, connectOptions, outbox: { maxMessages: 1, maxBytes: 1, overflow: 'reject' }, messages: {} },
    {
      openTransport: mqttjsTransports({ admits, rest }),
      clock: systemClock,
      random: Math.random,
      report,
    },
  );
}

/** A message that is dropped unread may define a topic alias. */
function withoutAliases({ properties, ...options }: AttemptOptions): AttemptOptions {
  const { topicAliasMaximum: _none, ...others } = properties ?? {};
  return { ...options, properties: others };
}
