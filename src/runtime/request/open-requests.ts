// The requests whose messages are in the flows of this process, so that a publish node can answer them.

import type { NodeMessage } from 'node-red';
import type { IncomingPublication, QoS } from '../../core/publications/publication';
import { type RequestOrigin, RequestOrigins } from '../../core/requests/request-origins';

/** Bounded: nothing tells when the flows are done with a message. */
const origins = new RequestOrigins({ entries: 10_000, bytes: 8 * 1024 * 1024 });

/** Remembers where to answer, if `publication` asks for that. `id` is that of its message. True for a request. */
export function followRequest(id: string, { properties }: IncomingPublication, qos: QoS): boolean {
  const { responseTopic, correlationData } = properties ?? {};
  if (responseTopic === undefined) return false;
  // The flow gets the same Buffer, and may change it.
  origins.add(id, { responseTopic, qos, ...(correlationData && { correlationData: Buffer.from(correlationData) }) });
  return true;
}

/** The request that `message` came from, if its id still says so. */
export function requestOf({ _msgid }: NodeMessage): RequestOrigin | undefined {
  return _msgid === undefined ? undefined : origins.of(_msgid);
}
