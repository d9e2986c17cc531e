// The one SUBSCRIBE for all subscribers of a filter, and whether it has to be sent.

import type { QoS } from '../../core/publications/publication';
import type { ServerInfo, SubscribeRequest } from '../../transport/transport';
import type { ServerSubscription } from './server-subscription';

/** Makes a SUBSCRIBE for all subscribers of a filter: an option that only some want must not affect the others. */
export function mergedRequest(subscription: ServerSubscription, server: ServerInfo): SubscribeRequest {
  let qos: QoS = 0;
  let noLocal = !subscription.shared;
  let retainAsPublished = false;
  let retainHandling: 0 | 1 | 2 = 2;
  let allFresh = true;
  for (const { options, fresh } of subscription.interests) {
    if (options.qos > qos) qos = options.qos;
    if (fresh && options.retainHandling < retainHandling) retainHandling = options.retainHandling;
    noLocal &&= options.noLocal;
    retainAsPublished ||= options.retainAsPublished;
    allFresh &&= fresh && options.retained !== 'only';
  }
  const base = { filter: subscription.filter, qos };
  if (server.protocolVersion < 5) return { ...base, noLocal: false, retainAsPublished: false, retainHandling: 0 };
  const replay = retainHandling !== 2;
  // If some must not get the replay, it must be distinguishable from live messages with the retain flag.
  if (replay && !allFresh) retainAsPublished = false;
  // A subscription that is new for its node exists already for the server (section 3.8.3.1).
  if (replay && subscription.granted) retainHandling = 0;
  const request: SubscribeRequest = { ...base, noLocal, retainAsPublished, retainHandling };
  return server.subscriptionIdentifiersAvailable ? { ...request, identifier: subscription.identifier } : request;
}

/** Whether the earlier SUBSCRIBE suffices. MQTT 3.1.1 would replay retained messages for a lower QoS, too. */
export function suffices(asked: SubscribeRequest, wanted: SubscribeRequest, server: ServerInfo): boolean {
  if (server.protocolVersion < 5) return asked.qos >= wanted.qos;
  return (
    asked.qos === wanted.qos &&
    asked.noLocal === wanted.noLocal &&
    asked.retainAsPublished === wanted.retainAsPublished &&
    asked.identifier === wanted.identifier
  );
}
