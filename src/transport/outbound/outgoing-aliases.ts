// Topic aliases for outgoing publications (MQTT 5, section 3.3.2.3.4): a number instead of a topic sent before. They
// are valid for one connection, so only publications that are never sent again may use them: those at QoS 0.

/** The most topics that are remembered, whatever the server allows. */
const MOST = 1000;
/** Topics up to this many characters get no alias, which takes three bytes. */
const SHORT = 4;

interface TopicAlias {
  readonly alias: number;
  /** Whether the server knows the alias, so that the topic can be left out. */
  readonly known: boolean;
}

export class OutgoingAliases {
  readonly #maximum: number;
  /** In the order of use, the latest last. */
  readonly #byTopic = new Map<string, TopicAlias>();

  /** `maximum` is the server's topic alias maximum. */
  constructor(maximum: number) {
    this.#maximum = Math.min(maximum, MOST);
  }

  /** The alias for a publication to `topic` that is sent now, or undefined when it is sent without one. */
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

  /** A new alias, or that of the least recently used topic, whose meaning it replaces. */
  #nextAlias(): number {
    if (this.#byTopic.size < this.#maximum) return this.#byTopic.size + 1;
    for (const [topic, { alias }] of this.#byTopic) {
      this.#byTopic.delete(topic);
      return alias;
    }
    return 1;
  }
}
