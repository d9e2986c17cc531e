// Publications from the server and their acknowledgements, on one connection. mqtt.js would acknowledge by itself. When
// it is kept from that, it holds up every other packet, pings included.

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
 * The number of packet identifiers. Our receive maximum is smaller, but servers exceed it: mosquitto 2.0.11 answers
 * each PUBACK with twenty publications while it has them, with MQTT 5 as with 3.1.1. Ending the connection would make
 * it do the same again.
 */
const WIDEST_WINDOW = 65_535;

/** The most bytes of held publications. This bounds memory, whatever a server sends. */
const MOST_HELD = { v5: 16 * 1024 * 1024, older: 8 * 1024 * 1024 };

type IPubrelPacket = Extract<Packet, { cmd: 'pubrel' }>;

interface InboundListener {
  message(publication: IncomingPublication, receipt?: Receipt): void;
  /** Whether so much is held that reading must stop: not every server stops when its window is full. */
  crowded(crowded: boolean): void;
  /** The server has violated the protocol: the connection cannot go on. */
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
  /**
   * Identifiers at QoS 1 that wait. A server of MQTT 3.1 sends a publication again when its acknowledgement is late
   * (MQTT 3.1, section 4.1).
   */
  readonly #waiting = new Set<number>();
  /** Identifiers at QoS 2 whose exchange the server has not completed. */
  readonly #exchanges = new Set<number>();
  /** Publications at QoS 1 that are not acknowledged, including those that never will be. */
  #unacknowledged = 0;
  /** Bytes of the publications whose receipts are held. */
  #held = 0;
  #crowded = false;
  /** Packets that arrived together with CONNACK: mqtt.js reports the connection only later. */
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

  /** Publications that the server does not know to be acknowledged: they take places in its window. */
  get unacknowledged(): number {
    return this.#unacknowledged + this.#exchanges.size;
  }

  /** Takes a PUBLISH, which has an identifier unless its QoS is 0, or a PUBREL, which always has one. */
  take(packet: IPublishPacket | IPubrelPacket): void {
    // A copy, since take() changes the packet so that mqtt.js ignores it.
    if (this.#early) this.#early.push({ ...packet });
    else if (packet.cmd === 'publish') this.#publish(packet);
    else this.#release(packet.messageId ?? 0);
  }

  /** The listener knows of the connection: packets since CONNACK are delivered now. */
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
   * Delivers at PUBLISH, while PUBREC waits for the receipt. After PUBREC a server sends only PUBREL, and a process
   * that ends then would have lost the publication.
   */
  #exactlyOnce(topic: string, packet: IPublishPacket, identifier: number): void {
    if (!this.#exchanges.has(identifier) && !this.#admits()) return;
    this.#exchanges.add(identifier);
    const known = this.#session.exchanges.get(identifier);
    if (known) {
      // The publication is not delivered twice. PUBREC is sent again, or by this connection instead of an earlier one.
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
    // A refusal ends the exchange. No PUBREL follows (MQTT 5, section 4.3.3).
    this.#exchanges.delete(identifier);
    this.#session.forget(receipt);
  }

  #receipt({ length, payload }: IPublishPacket, identifier: number): OrderedReceipt {
    // mqtt-packet gives the length of the packet, including topic and properties.
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

  /** Whether the server may have one more publication unacknowledged. */
  #admits(): boolean {
    if (this.#unacknowledged + this.#exchanges.size < WIDEST_WINDOW) return true;
    const reason = `more than ${WIDEST_WINDOW} unacknowledged publications`;
    this.#listener.violated({ reasonCode: RECEIVE_MAXIMUM_EXCEEDED, reason });
    return false;
  }

  #publication(topic: string, packet: IPublishPacket): IncomingPublication {
    // Without `encoding`, mqtt-packet gives a payload as a Buffer.
    return fromPacket(topic, packet.payload as Buffer, packet);
  }
}

/** MQTT 3.1.1 has no refusal: a refused publication is not acknowledged. */
class UnrefusableReceipt extends OrderedReceipt {
  override acknowledge(reasonCode = 0): void {
    if (reasonCode < 0x80) super.acknowledge();
    else this.abandon();
  }
}
