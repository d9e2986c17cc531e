// What the broker publishes about itself under $SYS/broker, with mosquitto's names.

import type { Traffic } from '../clients/traffic';

/** The state of the broker at one time. */
export interface SystemState {
  readonly version: string;
  /** s */
  readonly uptime: number;
  readonly connected: number;
  readonly disconnected: number;
  /** The highest number of clients connected at the same time. */
  readonly maximum: number;
  readonly expired: number;
  readonly subscriptions: number;
  readonly sharedSubscriptions: number;
  readonly retained: number;
  readonly storedCount: number;
  readonly storedBytes: number;
  readonly heap: number;
  readonly maximumHeap: number;
  readonly traffic: Traffic;
}

/** Topic and value of each. */
export function systemTopics(state: SystemState): readonly (readonly [topic: string, value: string])[] {
  const { traffic, connected, disconnected } = state;
  const values: Readonly<Record<string, string | number>> = {
    version: state.version,
    uptime: `${state.uptime} seconds`,
    'clients/total': connected + disconnected,
    'clients/connected': connected,
    'clients/active': connected,
    'clients/disconnected': disconnected,
    'clients/inactive': disconnected,
    'clients/maximum': state.maximum,
    'clients/expired': state.expired,
    'subscriptions/count': state.subscriptions,
    'shared_subscriptions/count': state.sharedSubscriptions,
    'retained messages/count': state.retained,
    'store/messages/count': state.storedCount,
    'store/messages/bytes': state.storedBytes,
    'messages/stored': state.storedCount,
    'messages/received': traffic.messagesReceived,
    'messages/sent': traffic.messagesSent,
    'publish/messages/received': traffic.publicationsReceived,
    'publish/messages/sent': traffic.publicationsSent,
    'publish/messages/dropped': traffic.publicationsDropped,
    'publish/bytes/received': traffic.publicationBytesReceived,
    'publish/bytes/sent': traffic.publicationBytesSent,
    'bytes/received': traffic.bytesReceived,
    'bytes/sent': traffic.bytesSent,
    'heap/current': state.heap,
    'heap/maximum': state.maximumHeap,
  };
  return Object.entries(values).map(([name, value]) => [`$SYS/broker/${name}`, String(value)]);
}
