// What bounds a broker, and what it offers.

import type { RetainedLimits } from '../retained/retained-messages';
import type { WaitingLimits } from '../sessions/waiting';

export interface BrokerSettings {
  /** Shown as $SYS/broker/version. */
  readonly version: string;
  readonly maximumConnections: number;
  /** Sessions, connected or not. */
  readonly maximumSessions: number;
  /** bytes */
  readonly maximumPacketSize: number;
  /** Publications at QoS 1 and 2 that a client may have unanswered at a time. */
  readonly receiveMaximum: number;
  /** Publications at QoS 1 and 2 that are on their way to a client at a time, whatever it would take. */
  readonly maximumInFlight: number;
  /** Topic aliases that a client may use. */
  readonly topicAliasMaximum: number;
  /** s; a client that asks for more, or for none, is told this one with MQTT 5. 0: as the client likes. */
  readonly maximumKeepAlive: number;
  /** s; a session is kept no longer, whatever CONNECT asks for. */
  readonly maximumSessionExpiry: number;
  /** Publications per second and client; 0: as many as come. */
  readonly maximumRate: number;
  /** What may wait for one client. */
  readonly waiting: WaitingLimits;
  /** bytes that may wait for all clients together */
  readonly waitingBytes: number;
  readonly retained: RetainedLimits;
  /** ms that a client may take to say CONNECT */
  readonly connectTime: number;
  /** ms for which a client may take nothing that is sent to it */
  readonly stallTime: number;
  /** ms for which publishers wait for a client that reads too slowly */
  readonly patience: number;
  /** s between two sets of $SYS; 0: none */
  readonly systemInterval: number;
  /** What a response topic begins with that a client is told on demand (MQTT 5, section 3.2.2.3.15). */
  readonly responsePrefix: string;
}

const MB = 1024 * 1024;

export const defaultSettings: BrokerSettings = {
  version: '',
  maximumConnections: 1000,
  maximumSessions: 10_000,
  maximumPacketSize: 64 * MB,
  receiveMaximum: 1000,
  maximumInFlight: 200,
  topicAliasMaximum: 100,
  maximumKeepAlive: 0,
  maximumSessionExpiry: 0xffff_ffff,
  maximumRate: 0,
  waiting: { count: 10_000, bytes: 16 * MB },
  waitingBytes: 256 * MB,
  retained: { count: 250_000, bytes: 128 * MB },
  connectTime: 10_000,
  stallTime: 10_000,
  patience: 2000,
  systemInterval: 10,
  responsePrefix: 'response',
};
