// The topic aliases that a server uses on one connection (MQTT 5, section 3.3.2.3.4).

import type { IPublishPacket } from 'mqtt';

/** A packet that violates the protocol. The connection ends with this reason code (MQTT 5, section 4.13). */
export interface Violation {
  readonly reasonCode: number;
  readonly reason: string;
}

export class TopicAliases {
  readonly #maximum: number;
  readonly #topics = new Map<number, string>();

  /** `maximum` is what CONNECT offered; 0 allows none. */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** The topic name of a publication, resolved from its alias if needed. Remembers an alias that comes with a name. */
  resolve(packet: IPublishPacket): string | Violation {
    const { topic } = packet;
    // mqtt-packet turns a property that occurs twice into an array.
    const alias: unknown = packet.properties?.topicAlias;
    if (alias === undefined) return topic === '' ? { reasonCode: 0x82, reason: 'PUBLISH without a topic' } : topic;
    if (typeof alias !== 'number' || alias < 1 || alias > this.#maximum) {
      return { reasonCode: 0x94, reason: `topic alias ${alias}, of at most ${this.#maximum}` };
    }
    if (topic !== '') {
      this.#topics.set(alias, topic);
      return topic;
    }
    return this.#topics.get(alias) ?? { reasonCode: 0x82, reason: `topic alias ${alias}, which stands for nothing` };
  }
}
