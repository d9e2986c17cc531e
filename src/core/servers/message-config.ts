// A message that a broker node publishes by itself: from its settings, or from `msg.broker` of a connect action.

import type { QoS } from '../publications/publication';

/** A blank topic means that there is no message. */
export interface MessageConfig {
  readonly topic: string;
  readonly payload: string;
  readonly qos: QoS;
  readonly retain: boolean;
  /** MQTT 5 properties by their names in a message. The will has `willDelayInterval` as well. */
  readonly properties: Readonly<Record<string, unknown>>;
}
