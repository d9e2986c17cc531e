// A second client beside that of a broker node: the same account, another client identifier, and nothing that it leaves
// on the server.

import { randomBytes } from 'node:crypto';
import type { AttemptOptions, ConnectionSettings } from '../../connection/connection-settings';

/** MQTT 3.1 allows 23 characters, and most of its servers accept no more. */
const LONGEST_IN_3_1 = 23;

/**
 * Changes the CONNECT of a broker node to that of its companion: the client identifier gets a fixed suffix that names
 * the `purpose`, and session and will are left out.
 */
export function clientBeside(
  purpose: string,
  protocolVersion: ConnectionSettings['protocolVersion'],
): (options: AttemptOptions) => AttemptOptions {
  const suffix = `-${purpose}-${randomBytes(3).toString('hex')}`;
  const longest = protocolVersion === 3 ? LONGEST_IN_3_1 - suffix.length : undefined;
  return ({ will: _will, properties, ...rest }) => {
    const { sessionExpiryInterval: _interval, ...limits } = properties ?? {};
    const clientId = rest.clientId.slice(0, longest) + suffix;
    return { ...rest, clientId, cleanStart: true, properties: limits };
  };
}
