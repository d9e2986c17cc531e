// The one SUBSCRIBE by which all subscribers of a filter are served.

import type { QoS } from '../core/publication';
import type { WireFilter } from '../core/topic-filter';
import type { ServerInfo, SubscribeRequest } from '../transport/transport';
import type { SubscriptionOptions } from './subscription-options';

/** One request that serves all subscribers of a filter: an option that only some want must not cost the others. */
export function mergedRequest(
  filter: WireFilter,
  identifier: number,
  wishes: Iterable<SubscriptionOptions>,
  server: ServerInfo,
): SubscribeRequest {
  let qos: QoS = 0;
  let noLocal = true;
  let retainAsPublished = false;
  let retainHandling: 0 | 1 | 2 = 2;
  for (const options of wishes) {
    if (options.qos > qos) qos = options.qos;
    if (options.retainHandling < retainHandling) retainHandling = options.retainHandling;
    noLocal &&= options.noLocal;
    retainAsPublished ||= options.retainAsPublished;
  }
  const request: SubscribeRequest = { filter, qos, noLocal, retainAsPublished, retainHandling };
  return server.subscriptionIdentifiersAvailable ? { ...request, identifier } : request;
}

/** Whether the server need not be asked again. */
export function sameRequest(a: SubscribeRequest, b: SubscribeRequest): boolean {
  return (
    a.qos === b.qos &&
    a.noLocal === b.noLocal &&
    a.retainAsPublished === b.retainAsPublished &&
    a.retainHandling === b.retainHandling &&
    a.identifier === b.identifier
  );
}
