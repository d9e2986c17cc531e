// What beginners meet most often when a server cannot be reached, as a hint beside the sentence of the error.

import { isIP } from 'node:net';
import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { isLoopback } from '../../core/servers/loopback';

/** Each hint has a sentence in the locales under `networkHint.`. */
export type NetworkHint = 'containerLocalhost' | 'containerName' | 'multicastName' | 'zone';

/** What may be behind `error`, for a connection to `host`; undefined where nothing in particular is. */
export function networkHint(
  { code, params }: MqttFlowsError,
  host: string,
  inContainer: () => boolean,
): NetworkHint | undefined {
  switch (code) {
    case 'connection-refused':
      return isLoopback(host) && inContainer() ? 'containerLocalhost' : undefined;
    case 'host-unknown':
      if (/\.local\.?$/i.test(host)) return 'multicastName';
      return !host.includes('.') && inContainer() ? 'containerName' : undefined;
    case 'connection-failed':
      return params.reason === 'EINVAL' && isIP(host) === 6 && /^fe[89ab]/i.test(host) ? 'zone' : undefined;
    default:
      return undefined;
  }
}
