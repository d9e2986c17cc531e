// Where to answer the requests whose messages are in the flows, by message id. A flow may replace a message, but keeps its id.

import type { QoS } from '../publications/publication';

/** What a reply takes from its request (MQTT 5, section 4.10). */
export interface RequestOrigin {
  readonly responseTopic: string;
  readonly correlationData?: Buffer;
  readonly qos: QoS;
}

interface OriginLimits {
  readonly entries: number;
  /** bytes of ids, topics and correlation data, about */
  readonly bytes: number;
}

/** Remembers the latest requests. Nothing tells when a message has left the flows, so the oldest make room. */
export class RequestOrigins {
  readonly #limits: OriginLimits;
  readonly #byId = new Map<string, RequestOrigin>();
  #bytes = 0;

  constructor(limits: OriginLimits) {
    this.#limits = limits;
  }

  /** The message `id` was made of a request. */
  add(id: string, origin: RequestOrigin): void {
    this.#forget(id);
    this.#byId.set(id, origin);
    this.#bytes += sizeOf(id, origin);
    for (const oldest of this.#byId.keys()) {
      if (this.#byId.size <= this.#limits.entries && this.#bytes <= this.#limits.bytes) return;
      this.#forget(oldest);
    }
  }

  /** The request of the message `id`, if it is still known. */
  of(id: string): RequestOrigin | undefined {
    return this.#byId.get(id);
  }

  #forget(id: string): void {
    const origin = this.#byId.get(id);
    if (!origin) return;
    this.#byId.delete(id);
    this.#bytes -= sizeOf(id, origin);
  }
}

function sizeOf(id: string, { responseTopic, correlationData }: RequestOrigin): number {
  return id.length + responseTopic.length + (correlationData?.length ?? 0);
}
