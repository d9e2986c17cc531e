// A publication in the form that receivers with the same QoS and options get. They share its bytes.

import type { QoS } from '../../core/publications/publication';
import { type PublishFrame, publishFrame, SMALL } from '../wire/publish-frame';
import type { Publication } from './publication';

const NO_IDENTIFIERS: readonly number[] = [];
/** bytes of memory that an identifier takes */
const IDENTIFIER = 8;

export class Copy {
  readonly publication: Publication;
  readonly qos: QoS;
  readonly retain: boolean;
  /** The subscription identifiers of the matching subscriptions (MQTT 5, section 3.3.2.3.8). */
  readonly identifiers: readonly number[];
  #frame4: PublishFrame | undefined;
  #frame5: PublishFrame | undefined;

  constructor(publication: Publication, qos: QoS, retain: boolean, identifiers: readonly number[] = NO_IDENTIFIERS) {
    this.publication = publication;
    this.qos = qos;
    this.retain = retain;
    this.identifiers = identifiers;
  }

  /** approximate bytes in memory while it waits. Thousands of filters of one client may match; a single one has its own list. */
  get size(): number {
    const { length } = this.identifiers;
    return this.publication.size + (length > 1 ? length * IDENTIFIER : 0);
  }

  /** Its bytes for receivers with MQTT 5, or with an earlier version; kept until release(). `now` in ms. */
  frame(v5: boolean, now: number): PublishFrame {
    const kept = v5 ? this.#frame5 : this.#frame4;
    if (kept) return kept;
    const frame = this.#receivedFrame(v5) ?? this.frameWithAlias(v5, now, 0, false);
    if (v5) this.#frame5 = frame;
    else this.#frame4 = frame;
    return frame;
  }

  /** Its bytes for a receiver that has an alias for the topic, or gets one now. */
  frameWithAlias(v5: boolean, now: number, alias: number, omitTopic: boolean): PublishFrame {
    const { publication, qos, retain, identifiers } = this;
    const expiry = publication.secondsLeft(now);
    return publishFrame(publication, { v5, qos, retain, identifiers, expiry, alias, omitTopic });
  }

  /** The bytes that it came as, if receivers get the same; a packet identifier is written into a copy of them. */
  #receivedFrame(v5: boolean): PublishFrame | undefined {
    const { received } = this.publication;
    if (received?.v5 !== v5 || received.qos !== this.qos || received.retain !== this.retain) return undefined;
    const { bytes, start, end, identifierAt, dup, alias, expiry } = received;
    if (dup || alias > 0 || expiry !== undefined || this.identifiers.length > 0) return undefined;
    const large = this.publication.payloadLength > SMALL;
    if (large && identifierAt > 0) return undefined;
    const place = identifierAt > 0 ? identifierAt - start : 0;
    const head = bytes.subarray(start, end);
    return { head, identifierAt: place, payload: undefined, borrowed: true, size: end - start };
  }

  /** Drops the bytes, so that a waiting copy needs no more memory than its publication. */
  release(): void {
    this.#frame4 = undefined;
    this.#frame5 = undefined;
  }
}

/** The copies of one publication while it is distributed. */
export class Copies {
  readonly #publication: Publication;
  /** By QoS and retain flag, for receivers without identifiers. Most publications need one of them. */
  readonly #plain: (Copy | undefined)[] = [];
  #identified: Map<string, Copy> | undefined;

  constructor(publication: Publication) {
    this.#publication = publication;
  }

  of(qos: QoS, retain: boolean, identifiers: readonly number[]): Copy {
    if (identifiers.length > 0) return this.#ofIdentified(qos, retain, identifiers);
    const place = qos * 2 + (retain ? 1 : 0);
    this.#plain[place] ??= new Copy(this.#publication, qos, retain);
    return this.#plain[place];
  }

  /** The publication is distributed. */
  release(): void {
    for (const copy of this.#plain) copy?.release();
    if (this.#identified) for (const copy of this.#identified.values()) copy.release();
  }

  #ofIdentified(qos: QoS, retain: boolean, identifiers: readonly number[]): Copy {
    this.#identified ??= new Map();
    const key = `${qos}${retain ? 'r' : ''} ${identifiers.join()}`;
    const kept = this.#identified.get(key);
    if (kept) return kept;
    const made = new Copy(this.#publication, qos, retain, identifiers);
    this.#identified.set(key, made);
    return made;
  }
}
