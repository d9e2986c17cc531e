// An application message in the broker.

import { Buffer } from 'node:buffer';
import type { QoS } from '../../core/publications/publication';
import { PacketFramer } from '../wire/packet-framer';
import { type DecodedPublish, decodePublish, NO_PROPERTIES } from '../wire/publish-decoder';

/** bytes of memory that a publication takes beside its texts */
const OVERHEAD = 200;

const NO_PAYLOAD = Buffer.alloc(0);

interface PublicationValues {
  readonly topic: string;
  /** Left out where `received` has it. */
  readonly payload?: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  /** The packet that it came in. */
  readonly received?: DecodedPublish;
  /** The properties for receivers, encoded as in a packet, without the expiry interval. */
  readonly properties?: Buffer;
  /** ms of the clock of the broker; Infinity for never */
  readonly expiresAt?: number;
  /** The client identifier of the publisher; empty for the broker itself. */
  readonly publisher?: string;
}

export class Publication {
  readonly topic: string;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly expiresAt: number;
  readonly publisher: string;
  readonly payloadLength: number;
  /** undefined until somebody asks for it */
  #payload: Buffer | undefined;
  #properties: Buffer;
  #received: DecodedPublish | undefined;
  #own = false;
  /** Its number among all that were retained, while it is the retained message of its topic; 0: it is not. */
  keptNumber = 0;
  /** Its number in the store while it is stored, and the number of entries that need it. */
  storeNumber = 0;
  storeUses = 0;

  constructor(values: PublicationValues) {
    this.topic = values.topic;
    this.qos = values.qos;
    this.retain = values.retain;
    this.expiresAt = values.expiresAt ?? Number.POSITIVE_INFINITY;
    this.publisher = values.publisher ?? '';
    const { payload, received } = values;
    this.#payload = payload;
    this.#properties = values.properties ?? NO_PROPERTIES;
    this.#received = received;
    this.payloadLength = payload ? payload.length : received ? received.end - received.payloadAt : 0;
  }

  get payload(): Buffer {
    this.#payload ??= this.#received?.bytes.subarray(this.#received.payloadAt, this.#received.end) ?? NO_PAYLOAD;
    return this.#payload;
  }

  /** The packet that it came in, as long as the piece of the stream is there; undefined after own(). */
  get received(): DecodedPublish | undefined {
    return this.#received;
  }

  get properties(): Buffer {
    return this.#properties;
  }

  /** approximate bytes in memory */
  get size(): number {
    return OVERHEAD + this.topic.length + this.payloadLength + this.#properties.length;
  }

  /** s until it expires, at least 0; undefined: never */
  secondsLeft(now: number): number | undefined {
    if (this.expiresAt === Number.POSITIVE_INFINITY) return undefined;
    return Math.max(0, Math.ceil((this.expiresAt - now) / 1000));
  }

  isExpired(now: number): boolean {
    return this.expiresAt <= now;
  }

  /** The same, expiring at `expiresAt`, in ms. */
  expiring(expiresAt: number): Publication {
    const { topic, payload, qos, retain, properties, publisher } = this;
    return new Publication({ topic, payload, qos, retain, properties, expiresAt, publisher });
  }

  /** Call this before keeping it for long. The payload is copied, so that the chunk of the stream can be freed. */
  own(): void {
    if (this.#own) return;
    this.#own = true;
    this.#payload = Buffer.from(this.payload);
    this.#received = undefined;
    if (this.#properties.length > 0) this.#properties = Buffer.from(this.#properties);
  }
}

/** When a publication expires, in ms, that arrived at `now` with an interval in s. */
export function expiryTime(now: number, interval: number | undefined): number {
  return interval === undefined ? Number.POSITIVE_INFINITY : now + interval * 1000;
}

/** The properties for receivers as bytes, and the expiry interval in s. */
export function propertiesOf(publish: Buffer): { readonly properties: Buffer; readonly expiry: number | undefined } {
  const framer = new PacketFramer(publish.length);
  framer.push(publish);
  framer.advance();
  const { properties, expiry } = decodePublish(publish, framer.start, framer.body, framer.end, true);
  return { properties, expiry };
}
