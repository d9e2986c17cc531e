// A message that a broker node publishes by itself: from its settings, or from `msg.broker` of a connect action.

import type { QoS } from '../publications/publication';

/** How the payload of a saved message is written: the names are those of Node-RED's typed input, and `base64`. */
export const PAYLOAD_TYPES = ['str', 'json', 'bin', 'base64'] as const;
export type PayloadType = (typeof PAYLOAD_TYPES)[number];

interface MessageFrame {
  /** A blank topic means that there is no message. */
  readonly topic: string;
  readonly qos: QoS;
  readonly retain: boolean;
  /** MQTT 5 properties by their names in a message. The will has `willDelayInterval` as well. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** As it is saved. */
export interface MessageConfig extends MessageFrame {
  readonly payload: string;
  /** `str` if left out, as in flows from before there were others. */
  readonly payloadType?: PayloadType;
  /** `${NAME}` within a text of this message stays as it is. */
  readonly literal?: boolean;
}

/** As it is to be sent. */
export interface BrokerMessage extends MessageFrame {
  /** Any payload that a publish node takes. */
  readonly payload: unknown;
}
