// An application message on its way through the broker.

import { Buffer } from 'node:buffer';
import type { QoS } from '../../core/publications/publication';
import { PacketFramer } from '../wire/packet-framer';
import { decodePublish, NO_PROPERTIES } from '../wire/publish-decoder';

/** bytes that a publication takes beside its texts */
const OVERHEAD = 200;

export interface PublicationValues {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  /** The properties that receivers are told, as on the wire, without the expiry. */
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
  #payload: Buffer;
  #properties: Buffer;
  #own = false;
  /** Its number in the store while it is there, and how many entries need it. */
  storeNumber = 0;
  storeUses = 0;

  constructor(values: PublicationValues) {
    this.topic = values.topic;
    this.qos = values.qos;
    this.retain = values.retain;
    this.expiresAt = values.expiresAt ?? Number.POSITIVE_INFINITY;
    this.publisher = values.publisher ?? '';
    this.#payload = values.payload;
    this.#properties = values.properties ?? NO_PROPERTIES;
  }

  get payload(): Buffer {
    return this.#payload;
  }

  get properties(): Buffer {
    return this.#properties;
  }

  /** bytes that it takes in memory, about */
  get size(): number {
    return OVERHEAD + this.topic.length + this.#payload.length + this.#properties.length;
  }

  /** s until it expires, at least 0; undefined where it never does */
  secondsLeft(now: number): number | undefined {
    if (this.expiresAt === Number.POSITIVE_INFINITY) return undefined;
    return Math.max(0, Math.ceil((this.expiresAt - now) / 1000));
  }

  isExpired(now: number): boolean {
    return this.expiresAt <= now;
  }

  /** Call before it is kept: from then on it does not hold the piece of the stream that it came in. */
  own(): void {
    if (this.#own) return;
    this.#own = true;
    this.#payload = Buffer.from(this.#payload);
    if (this.#properties.length > 0) this.#properties = Buffer.from(this.#properties);
  }
}

/** When a publication expires that came `now`, in ms, with an interval in s. */
export function expiryTime(now: number, interval: number | undefined): number {
  return interval === undefined ? Number.POSITIVE_INFINITY : now + interval * 1000;
}

/** The properties of a whole PUBLISH as bytes that receivers are told, and the expiry in s. */
export function propertiesOf(publish: Buffer): { readonly properties: Buffer; readonly expiry: number | undefined } {
  const framer = new PacketFramer(publish.length);
  framer.push(publish);
  framer.advance();
  const { properties, expiry } = decodePublish(publish, framer.start, framer.body, framer.end, true);
  return { properties, expiry };
}
