// Publications from the server and their acknowledgements, on one connection. mqtt.js would acknowledge by itself, and
// hold up every other packet, pings included, while it is kept from that.

import type { IPublishPacket, Packet } from 'mqtt';
import type { IncomingPublication } from '../../core/publications/publication';
import { fromPacket } from '../packets/publish-packet';
import type { ConnectOptions, Receipt } from '../transport';
import { AcknowledgementOrder, OrderedReceipt } from './acknowledgement-order';
import { type AcknowledgementWriter, PUBACK, PUBCOMP, PUBREC } from './acknowledgement-writer';
import type { InboundSession } from './inbound-session';
import { TopicAliases, type Violation } from './incoming-aliases';

/** MQTT 5, section 2.4 */
const IDENTIFIER_NOT_FOUND = 0x92;
const RECEIVE_MAXIMUM_EXCEEDED = 0x93;
/**
 * As many identifiers as there are. Our receive maximum is less, but not a bound: mosquitto 2.0.11 answers each PUBACK with
 * twenty publications while it has them, by MQTT 5 as by 3.1.1, and ending the connection would have it do so again.
 */
const WIDEST_WINDOW = 65_535;

/** Bytes of publications: what bounds memory, whatever a server sends. */
const MOST_HELD = { v5: 16 * 1024 * 1024, older: 8 * 1024 * 1024 };

type IPubrelPacket = Extract<Packet, { cmd: 'pubrel' }>;

export interface InboundListener {
  message(publication: IncomingPublication, receipt?: Receipt): void;
  /** Whether so much is held that no more must be read: not every server stops when its window is full. */
  crowded(crowded: boolean): void;
  /** The server has broken the rules: the connection cannot go on. */
  violated(violation: Violation): void;
}

export class InboundFlow {
  readonly #listener: InboundListener;
  readonly #writer: AcknowledgementWriter;
  readonly #session: InboundSession;
  readonly #v5: boolean;
  readonly #mostHeld: number;
  readonly #aliases: TopicAliases;
  readonly #pubacks: AcknowledgementOrder;
  readonly #pubrecs: AcknowledgementOrder;
  /** Identifiers at QoS 1 that wait: a server of MQTT 3.1 sends again what it finds late (MQTT 3.1, section 4.1). */
  readonly #waiting = new Set<number>();
  /** Identifiers at QoS 2 that the server has not heard the end of. */
  readonly #exchanges = new Set<number>();
  /** Publications at QoS 1 that are not acknowledged, those included that never will be. */
  #unacknowledged = 0;
  /** bytes of the publications that somebody holds */
  #held = 0;
  #crowded = false;
  /** What has come in one piece with CONNACK, for mqtt.js says later that there is a connection. */
  #early: (IPublishPacket | IPubrelPacket)[] | undefined = [];

  constructor(
    { protocolVersion, properties }: ConnectOptions,
    session: InboundSession,
    writer: AcknowledgementWriter,
    listener: InboundListener,
  ) {
    this.#listener = listener;
    this.#writer = writer;
    this.#session = session;
    this.#v5 = protocolVersion === 5;
    this.#mostHeld = this.#v5 ? MOST_HELD.v5 : MOST_HELD.older;
    this.#aliases = new TopicAliases((this.#v5 && properties?.topicAliasMaximum) || 0);
    this.#pubacks = new AcknowledgementOrder(
      (receipt) => {
        if (receipt.state === 'abandoned') this.#waiting.delete(receipt.identifier);
        this.#let(receipt);
      },
      (receipt) => this.#puback(receipt),
    );
    this.#pubrecs = new AcknowledgementOrder(
      (receipt) => {
        if (receipt.state === 'abandoned') this.#session.forget(receipt);
        this.#let(receipt);
      },
      (receipt) => this.#pubrec(receipt),
    );
  }

  /** Takes a PUBLISH, which has an identifier unless its QoS is 0, or a PUBREL, which has one. */
  take(packet: IPublishPacket | IPubrelPacket): void {
    // A copy: what is taken from mqtt.js is a packet no more.
    if (this.#early) this.#early.push({ ...packet });
    else if (packet.cmd === 'publish') this.#publish(packet);
    else this.#release(packet.messageId ?? 0);
  }

  /** The listener has heard of the connection: what has come since CONNACK is for it. */
  start(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const packet of early) this.take(packet);
  }

  #publish(packet: IPublishPacket): void {
    const topic = this.#aliases.resolve(packet);
    if (typeof topic !== 'string') return this.#listener.violated(topic);
    const { qos, messageId: identifier } = packet;
    if (qos === 0 || identifier === undefined) return this.#listener.message(this.#publication(topic, packet));
    if (qos === 1) this.#once(topic, packet, identifier);
    else this.#exactlyOnce(topic, packet, identifier);
  }

  /** The server will not send this publication again. */
  #release(identifier: number): void {
    this.#exchanges.delete(identifier);
    const known = this.#session.exchanges.delete(identifier);
    this.#writer.write(PUBCOMP, identifier, known || !this.#v5 ? 0 : IDENTIFIER_NOT_FOUND);
  }

  #once(topic: string, packet: IPublishPacket, identifier: number): void {
    if (packet.dup && this.#waiting.has(identifier)) return;
    if (!this.#admits()) return;
    this.#unacknowledged++;
    this.#waiting.add(identifier);
    const receipt = this.#receipt(packet, identifier);
    receipt.join(this.#pubacks);
    this.#hold(receipt);
    this.#listener.message(this.#publication(topic, packet), receipt);
  }

  /**
   * Delivered at PUBLISH, while PUBREC waits for the receipt: from PUBREC on, a server sends no more than PUBREL, and the
   * publication would be gone with a process that ends then.
   */
  #exactlyOnce(topic: string, packet: IPublishPacket, identifier: number): void {
    if (!this.#exchanges.has(identifier) && !this.#admits()) return;
    this.#exchanges.add(identifier);
    const known = this.#session.exchanges.get(identifier);
    if (known) {
      // Never delivered twice: PUBREC is sent again, or by this connection in place of the one that it came by.
      if (known.state !== 'waiting' || !known.isOn(this.#pubrecs)) {
        if (known.state === 'waiting') this.#hold(known);
        known.join(this.#pubrecs);
      }
      return;
    }
    const receipt = this.#receipt(packet, identifier);
    this.#session.exchanges.set(identifier, receipt);
    receipt.join(this.#pubrecs);
    this.#hold(receipt);
    this.#listener.message(this.#publication(topic, packet), receipt);
  }

  #puback({ identifier, reasonCode }: OrderedReceipt): void {
    this.#unacknowledged--;
    this.#waiting.delete(identifier);
    this.#writer.write(PUBACK, identifier, reasonCode);
  }

  #pubrec(receipt: OrderedReceipt): void {
    const { identifier, reasonCode } = receipt;
    this.#writer.write(PUBREC, identifier, reasonCode);
    if (reasonCode < 0x80) return;
    // A refusal ends the exchange: no PUBREL follows (MQTT 5, section 4.3.3).
    this.#exchanges.delete(identifier);
    this.#session.forget(receipt);
  }

  #receipt({ length, payload }: IPublishPacket, identifier: number): OrderedReceipt {
    // mqtt-packet says how long a packet was, topic and properties included.
    const bytes = length ?? payload.length;
    return this.#v5 ? new OrderedReceipt(identifier, bytes) : new UnrefusableReceipt(identifier, bytes);
  }

  #hold({ bytes }: OrderedReceipt): void {
    this.#held += bytes;
    if (this.#crowded || this.#held <= this.#mostHeld) return;
    this.#crowded = true;
    this.#listener.crowded(true);
  }

  #let({ bytes }: OrderedReceipt): void {
    this.#held -= bytes;
    if (!this.#crowded || this.#held > this.#mostHeld / 2) return;
    this.#crowded = false;
    this.#listener.crowded(false);
  }

  /** Whether there is an identifier left for one more. */
  #admits(): boolean {
    if (this.#unacknowledged + this.#exchanges.size < WIDEST_WINDOW) return true;
    const reason = `more than ${WIDEST_WINDOW} unacknowledged publications`;
    this.#listener.violated({ reasonCode: RECEIVE_MAXIMUM_EXCEEDED, reason });
    return false;
  }

  #publication(topic: string, packet: IPublishPacket): IncomingPublication {
    // Without `encoding`, mqtt-packet gives a payload as it came.
    return fromPacket(topic, packet.payload as Buffer, packet);
  }
}

/** MQTT 3.1.1 cannot refuse; what is refused there is not acknowledged. */
class UnrefusableReceipt extends OrderedReceipt {
  override acknowledge(reasonCode = 0): void {
    if (reasonCode < 0x80) super.acknowledge();
    else this.abandon();
  }
}
