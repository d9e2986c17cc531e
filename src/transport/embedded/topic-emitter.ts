// The message bus inside the embedded broker: aedes asks it who gets a packet. It stands in for mqemitter, which calls
// itself once for each packet in its queue: a few thousand of them without a listener end the process with a stack
// overflow (seen when a subscriber left 6,000 undelivered packets; mcollina/mqemitter#204).

import { Fifo } from '../../core/queues/fifo';
import { parseTopicFilter } from '../../core/topics/topic-filter';
import { TopicTrie } from '../../core/topics/trie/topic-trie';

export interface EmittedPacket {
  readonly topic: string;
}

/** Called with `this` being the emitter, as mqemitter does. */
type Notify = (packet: EmittedPacket, done: () => void) => void;
type Done = (error?: Error) => void;

interface Emission {
  readonly packet: EmittedPacket;
  readonly done: Done;
}

/** How many packets may be on their way to slow listeners before the next ones wait. */
const CONCURRENCY = 100;

/** mqemitter's interface, as far as aedes uses it. */
export class TopicEmitter {
  readonly concurrency = CONCURRENCY;
  readonly #trie = new TopicTrie<Notify>();
  readonly #queue = new Fifo<Emission>();
  #current = 0;
  #draining = false;
  #closed = false;

  /** Packets that wait for listeners of earlier ones. */
  get length(): number {
    return this.#queue.length;
  }

  /** Packets that listeners have not finished with. */
  get current(): number {
    return this.#current;
  }

  on(filter: string, notify: Notify, done?: Done): this {
    const parsed = parseTopicFilter(filter);
    // aedes lets some invalid filters through; no topic matches them.
    if (parsed.ok) this.#trie.add(parsed.filter, notify);
    if (done) setImmediate(done);
    return this;
  }

  removeListener(filter: string, notify: Notify, done?: Done): this {
    const parsed = parseTopicFilter(filter);
    if (parsed.ok) this.#trie.remove(parsed.filter, notify);
    if (done) setImmediate(done);
    return this;
  }

  emit(packet: EmittedPacket, done: Done = () => {}): this {
    if (this.#closed) {
      done(new Error('the embedded broker is closed'));
      return this;
    }
    this.#queue.push({ packet, done });
    this.#drain();
    return this;
  }

  close(done: Done): this {
    this.#closed = true;
    setImmediate(done);
    return this;
  }

  #drain(): void {
    // Whoever finishes within the loop has its successor started by the loop, not by a call of its own.
    if (this.#draining) return;
    this.#draining = true;
    try {
      while (this.#current < CONCURRENCY) {
        const next = this.#queue.shift();
        if (!next) break;
        this.#notify(next);
      }
    } finally {
      this.#draining = false;
    }
  }

  #notify({ packet, done }: Emission): void {
    const listeners = this.#trie.match(packet.topic);
    let left = listeners.length;
    this.#current++;
    const finish = (): void => {
      this.#current--;
      done();
      this.#drain();
    };
    if (left === 0) return finish();
    const release = (): void => {
      left--;
      if (left === 0) finish();
    };
    for (const listener of listeners) listener.call(this, packet, release);
  }
}
