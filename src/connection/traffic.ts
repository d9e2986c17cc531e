// What goes in and out over a connection: two counters and a few topics, cheap enough to count every message.

import type { OpenTransport, Transport, TransportListener } from '../transport/transport';

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

/** Opens transports as `open` does, and counts in `traffic` what they carry. */
export function countTraffic(open: OpenTransport, traffic: Traffic): OpenTransport {
  return (stream, options, listener) =>
    new CountedTransport(open(stream, options, countedListener(listener, traffic)), traffic);
}

function countedListener(listener: TransportListener, traffic: Traffic): TransportListener {
  return {
    ...listener,
    message(publication, receipt) {
      traffic.countReceived(publication.topic);
      listener.message(publication, receipt);
    },
  };
}

class CountedTransport implements Transport {
  readonly #transport: Transport;
  readonly #traffic: Traffic;
  readonly release: Transport['release'];
  readonly subscribe: Transport['subscribe'];
  readonly unsubscribe: Transport['unsubscribe'];
  readonly close: Transport['close'];
  readonly destroy: Transport['destroy'];

  constructor(transport: Transport, traffic: Traffic) {
    this.#transport = transport;
    this.#traffic = traffic;
    this.release = transport.release.bind(transport);
    this.subscribe = transport.subscribe.bind(transport);
    this.unsubscribe = transport.unsubscribe.bind(transport);
    this.close = transport.close.bind(transport);
    this.destroy = transport.destroy.bind(transport);
  }

  get writable(): boolean {
    return this.#transport.writable;
  }

  get reading(): boolean {
    return this.#transport.reading;
  }

  send(...[outbound, dup]: Parameters<Transport['send']>): void {
    this.#traffic.countSent(outbound.publication.topic);
    this.#transport.send(outbound, dup);
  }

  publish(...[publication, settled]: Parameters<Transport['publish']>): void {
    this.#traffic.countSent(publication.topic);
    this.#transport.publish(publication, settled);
  }
}
