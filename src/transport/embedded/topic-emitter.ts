// The message bus inside the embedded broker, which tells aedes who gets a packet. It replaces mqemitter, which
// recurses for each packet in its queue: a few thousand packets without a listener end the process with a stack
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

/** The number of packets that slow listeners may have before the next ones wait. */
const CONCURRENCY = 100;

/** The part of mqemitter's interface that aedes uses. */
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
    // aedes accepts some invalid filters. No topic matches them.
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
    // A listener that finishes within the loop lets the loop start the next packet, without recursion.
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
