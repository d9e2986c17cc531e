// The traffic of a connection: two counters and some topics, cheap enough to count every message.

/** The most topics that are remembered. */
const TOPICS = 1000;
/**
 * The topics of this many messages in each direction are all recorded. After that, only some are, because that takes
 * time.
 */
const ALL = 5000;
const ONE_IN = 13;

export class Traffic {
  #received = 0;
  #sent = 0;
  readonly #topics = new Set<string>();
  /** The same topics in a ring: a Set takes long to find its oldest entry after many deletions. */
  readonly #ring: string[] = [];
  #next = 0;

  get received(): number {
    return this.#received;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Topics of received and sent messages, a thousand at most. With many messages, some topics are missed. */
  get topics(): Iterable<string> {
    return this.#topics;
  }

  countReceived(topic: string): void {
    const count = ++this.#received;
    if (count <= ALL || count % ONE_IN === 0) this.#note(topic);
  }

  countSent(topic: string): void {
    const count = ++this.#sent;
    if (count <= ALL || count % ONE_IN === 0) this.#note(topic);
  }

  #note(topic: string): void {
    if (this.#topics.has(topic)) return;
    const oldest = this.#ring[this.#next];
    if (oldest !== undefined) this.#topics.delete(oldest);
    this.#topics.add(topic);
    this.#ring[this.#next] = topic;
    this.#next = (this.#next + 1) % TOPICS;
  }
}
