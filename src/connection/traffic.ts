// What goes in and out over a connection: two counters and a few topics, cheap enough to count every message.

import type { OpenTransport, Transport, TransportListener } from '../transport/transport';

/** How many topics are remembered of those that have gone by. */
const TOPICS = 1000;

export class Traffic {
  received = 0;
  sent = 0;
  readonly #topics = new Set<string>();

  /** Topics that messages have been received from or sent to, oldest first; the last thousand. */
  get topics(): Iterable<string> {
    return this.#topics;
  }

  note(topic: string): void {
    if (this.#topics.has(topic)) return;
    this.#topics.add(topic);
    if (this.#topics.size <= TOPICS) return;
    for (const oldest of this.#topics) {
      this.#topics.delete(oldest);
      return;
    }
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
      traffic.received++;
      traffic.note(publication.topic);
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

  send(...[outbound, dup]: Parameters<Transport['send']>): void {
    this.#traffic.sent++;
    this.#traffic.note(outbound.publication.topic);
    this.#transport.send(outbound, dup);
  }

  publish(...[publication, settled]: Parameters<Transport['publish']>): void {
    this.#traffic.sent++;
    this.#traffic.note(publication.topic);
    this.#transport.publish(publication, settled);
  }
}
