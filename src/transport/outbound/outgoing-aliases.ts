// Topic aliases for what is sent (MQTT 5, section 3.3.2.3.4): a number in the place of a topic that was sent before.
// They hold for one connection, so only publications that are never sent again may use them: those of QoS 0.

/** More than this many topics are not remembered, whatever the server allows. */
const MOST = 1000;
/** A topic of so many characters is not worth an alias, which takes three bytes. */
const SHORT = 4;

export interface TopicAlias {
  readonly alias: number;
  /** The server knows what it stands for: the topic can be left out. */
  readonly known: boolean;
}

export class OutgoingAliases {
  readonly #maximum: number;
  /** The alias that was used last stands last. */
  readonly #byTopic = new Map<string, TopicAlias>();

  /** `maximum` is the server's. */
  constructor(maximum: number) {
    this.#maximum = Math.min(maximum, MOST);
  }

  /** The alias with which a publication to `topic` goes out now, or undefined when it goes without. */
  take(topic: string): TopicAlias | undefined {
    if (this.#maximum === 0 || topic.length <= SHORT) return undefined;
    const found = this.#byTopic.get(topic);
    if (found) {
      this.#byTopic.delete(topic);
      this.#byTopic.set(topic, found);
      return found;
    }
    const alias = this.#nextAlias();
    this.#byTopic.set(topic, { alias, known: true });
    return { alias, known: false };
  }

  /** A new one, or that of the topic that has not been used for longest: a server forgets that one then. */
  #nextAlias(): number {
    if (this.#byTopic.size < this.#maximum) return this.#byTopic.size + 1;
    for (const [topic, { alias }] of this.#byTopic) {
      this.#byTopic.delete(topic);
      return alias;
    }
    return 1;
  }
}
