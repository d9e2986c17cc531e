// The limits of a broker, and what it offers to clients.

import type { RetainedLimits } from '../retained/retained-messages';
import type { WaitingLimits } from '../sessions/waiting';
import type { SubscriptionLimits } from '../subscriptions/subscription';

export interface BrokerSettings {
  /** Shown as $SYS/broker/version. */
  readonly version: string;
  readonly maximumConnections: number;
  /** Sessions, connected or not. Clients of this process are let in beyond that. */
  readonly maximumSessions: number;
  /** bytes */
  readonly maximumPacketSize: number;
  /** bytes of all incomplete packets together; beyond that, the connection of a client with a large one ends */
  readonly unfinishedBytes: number;
  /** Levels of a topic or a filter: each of a retained message takes memory of its own. */
  readonly maximumTopicLevels: number;
  /** The most QoS 1 and 2 publications of a client that may be unacknowledged. */
  readonly receiveMaximum: number;
  /** The most QoS 1 and 2 publications in flight to a client, even if the client accepts more. */
  readonly maximumInFlight: number;
  /** Topic aliases that a client may use. */
  readonly topicAliasMaximum: number;
  /** s; an MQTT 5 client that asks for a longer keep alive, or for none, is told this one. 0: no limit. */
  readonly maximumKeepAlive: number;
  /** s; the longest time that a session is kept, even if CONNECT asks for more. */
  readonly maximumSessionExpiry: number;
  /** The most publications per second and client; 0: no limit. */
  readonly maximumRate: number;
  /** What may wait for one client. */
  readonly waiting: WaitingLimits;
  /** bytes that may wait for all clients together, and as many that they have not acknowledged */
  readonly waitingBytes: number;
  /** bytes of wills that wait for their delay; a further one is published at once */
  readonly delayedWillBytes: number;
  readonly retained: RetainedLimits;
  /** Of one session, unless its client is in this process. */
  readonly subscriptions: SubscriptionLimits;
  /** Of all sessions together, with the same exception. One takes about 1 KB. */
  readonly allSubscriptions: SubscriptionLimits;
  /** ms that a client may take to send CONNECT */
  readonly connectTime: number;
  /** ms for which a client may read nothing while data waits for it; more for one that reads slowly, see ReadingPace */
  readonly stallTime: number;
  /** ms for which publishers wait for a client that reads too slowly */
  readonly patience: number;
  /** s between two publications of $SYS; 0: none */
  readonly systemInterval: number;
  /** The Response Information for clients that request it: a prefix of response topics (MQTT 5, section 3.2.2.3.15). */
  readonly responsePrefix: string;
}

const MB = 1024 * 1024;

export const defaultSettings: BrokerSettings = {
  version: '',
  maximumConnections: 1000,
  maximumSessions: 10_000,
  maximumPacketSize: 64 * MB,
  unfinishedBytes: 256 * MB,
  maximumTopicLevels: 200,
  receiveMaximum: 1000,
  maximumInFlight: 200,
  topicAliasMaximum: 100,
  maximumKeepAlive: 0,
  maximumSessionExpiry: 0xffff_ffff,
  maximumRate: 0,
  waiting: { count: 10_000, bytes: 16 * MB },
  waitingBytes: 256 * MB,
  delayedWillBytes: 64 * MB,
  retained: { count: 250_000, bytes: 128 * MB },
  subscriptions: { count: 10_000, characters: MB },
  allSubscriptions: { count: 250_000, characters: 32 * MB },
  connectTime: 10_000,
  stallTime: 10_000,
  patience: 2000,
  systemInterval: 10,
  responsePrefix: 'response',
};
