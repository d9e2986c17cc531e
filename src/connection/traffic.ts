// What goes in and out over a connection: two counters and a few topics, cheap enough to count every message.

/** How many topics are remembered of those that have gone by. */
const TOPICS = 1000;
/** Messages in either direction whose topics are all looked at; later one in so many, for that costs time. */
const ALL = 5000;
const ONE_IN = 13;

export class Traffic {
  #received = 0;
  #sent = 0;
  readonly #topics = new Set<string>();
  /** The same in a ring: a Set takes long to find its oldest when it has lost many. */
  readonly #ring: string[] = [];
  #next = 0;

  get received(): number {
    return this.#received;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Topics that messages have been received from or sent to, a thousand at most; with many messages, some are missed. */
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
