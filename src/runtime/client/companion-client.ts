// A second client beside that of a broker node: the same account, but an identifier of its own and nothing that it leaves.

import { randomBytes } from 'node:crypto';
import type { AttemptOptions, ConnectionSettings } from '../../connection/connection-settings';

/** MQTT 3.1 allows 23 characters, and most servers for it no more. */
const LONGEST_IN_3_1 = 23;

/**
 * Changes what a broker node says at CONNECT to what its companion says: always with the same suffix to the identifier,
 * which names the `purpose`, and without a session and a will.
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
