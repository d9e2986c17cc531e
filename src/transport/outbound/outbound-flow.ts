// Sends publications over one connection: PUBLISH, and what follows it at QoS 1 and 2 (MQTT 5, section 4.3). mqtt.js
// only writes the packets: its handling of unacknowledged ones does not follow the specification.

import type { IPublishPacket, Packet } from 'mqtt';
import { isFailure } from '../../core/errors/reason-code';
import type { PacketIdentifiers } from '../../core/publications/packet-identifiers';
import type { OutgoingPublication } from '../../core/publications/publication';
import { packetBytes } from '../../core/publications/publication-size';
import { serverWords } from '../packets/server-answers';
import type { Outbound, PublishOutcome } from '../transport';
import { OutgoingAliases } from './outgoing-aliases';

type Acknowledgement = Extract<Packet, { cmd: 'puback' | 'pubrec' | 'pubcomp' }>;

/** The connection that packets are written to. */
export interface OutboundWire {
  readonly v5: boolean;
  /** The server's, from CONNACK. */
  readonly topicAliasMaximum: number;
  /** bytes; the server's, from CONNACK */
  readonly maximumPacketSize: number;
  /** Whether the stream has not taken everything written. */
  full(): boolean;
  /** Calls `flushed` whenever writes have gone to the stream, whether or not it has room for more. */
  onFlushed(flushed: () => void): void;
  write(packet: Packet): void;
}

/** An answer that is expected from the server. */
interface Pending {
  /** Undefined once it is answered: V8 keeps what a map held longer than the map does. */
  outbound: Outbound | undefined;
  awaits: 'puback' | 'pubrec' | 'nothing' | 'pubcomp';
  /** The reason code of PUBREC, used where PUBCOMP has none. */
  reasonCode: number;
}

/** The first publication with an alias carries the topic and three bytes more, which may exceed the packet limit. */
const ALIAS_BYTES = 16;
/** MQTT 5, section 3.7.2.1: the server does not know this identifier, or no longer, so the publication is complete. */
const IDENTIFIER_NOT_FOUND = 0x92;

export class OutboundFlow {
  readonly #wire: OutboundWire;
  readonly #aliases: OutgoingAliases;
  readonly #pending = new Map<number, Pending>();
  /** Publications at QoS 0 that are written. They are handed over once the stream has taken everything. */
  #undrained: Outbound[] = [];

  constructor(wire: OutboundWire) {
    this.#wire = wire;
    this.#aliases = new OutgoingAliases(wire.topicAliasMaximum);
    wire.onFlushed(() => this.drained());
  }

  /** Sends PUBLISH for the first time in this session, or again with `dup`. */
  send(outbound: Outbound, dup: boolean): void {
    const { publication, packetIdentifier } = outbound;
    if (publication.qos === 0) return this.#sendOnce(outbound);
    const awaits = publication.qos === 1 ? 'puback' : 'pubrec';
    this.#pending.set(packetIdentifier, { outbound, awaits, reasonCode: 0 });
    this.#wire.write(this.#packet(publication, packetIdentifier, dup));
  }

  /** Sends PUBREL for a publication that the server has received, over this connection or an earlier one. */
  release(outbound: Outbound): void {
    const reasonCode = this.#pending.get(outbound.packetIdentifier)?.reasonCode ?? 0;
    this.#pending.set(outbound.packetIdentifier, { outbound, awaits: 'pubcomp', reasonCode });
    this.#wire.write({ cmd: 'pubrel', messageId: outbound.packetIdentifier });
  }

  /** Publishes a message of this connection alone, which is not sent again. */
  publish(
    publication: OutgoingPublication,
    identifiers: PacketIdentifiers,
    settled: (outcome: PublishOutcome) => void,
  ): void {
    const packetIdentifier = publication.qos === 0 ? 0 : identifiers.allocate();
    if (packetIdentifier === undefined) return settled({ kind: 'unconfirmed' });
    const outbound: Outbound = {
      publication,
      packetIdentifier,
      received: () => this.release(outbound),
      settled(outcome) {
        identifiers.free(packetIdentifier);
        settled(outcome);
      },
    };
    this.send(outbound, false);
  }

  /** Takes an answer of the server. Returns what is wrong with it, if anything. */
  answered(packet: Acknowledgement): string | undefined {
    const { cmd, messageId: identifier = 0, reasonCode = 0 } = packet;
    const pending = this.#pending.get(identifier);
    const outbound = pending?.outbound;
    // A late or repeated answer is no reason to end a connection.
    if (!outbound || (cmd === 'pubrec' && pending.awaits === 'nothing')) return undefined;
    if (cmd === 'pubrec' && pending.awaits === 'pubcomp') {
      this.release(outbound);
      return undefined;
    }
    if (cmd !== pending.awaits && !this.#isLowered(packet, pending))
      return `${cmd} for packet identifier ${identifier}`;
    if (cmd === 'pubrec' && !isFailure(reasonCode)) {
      pending.awaits = 'nothing';
      pending.reasonCode = reasonCode;
      outbound.received();
      return undefined;
    }
    this.#pending.delete(identifier);
    pending.outbound = undefined;
    outbound.settled(outcomeOf(packet, pending.reasonCode));
    return undefined;
  }

  /** RabbitMQ answers PUBLISH at QoS 2 as at QoS 1, which it knows alone. With MQTT 5, a server says so in CONNACK. */
  #isLowered({ cmd }: Acknowledgement, { awaits }: Pending): boolean {
    return cmd === 'puback' && awaits === 'pubrec' && !this.#wire.v5;
  }

  /** The stream has room again: earlier publications have been handed over. */
  drained(): void {
    if (this.#undrained.length === 0 || this.#wire.full()) return;
    const handedOver = this.#undrained;
    this.#undrained = [];
    for (const outbound of handedOver) outbound.settled({ kind: 'acknowledged', reasonCode: 0 });
  }

  /** The stream is gone. Whether the server has the remaining publications is unknown. */
  end(): void {
    const pending = [...this.#pending.values()].flatMap(({ outbound }) => outbound ?? []);
    const left = [...this.#undrained, ...pending];
    this.#undrained = [];
    this.#pending.clear();
    for (const outbound of left) outbound.settled({ kind: 'unconfirmed' });
  }

  #sendOnce(outbound: Outbound): void {
    this.#undrained.push(outbound);
    this.#wire.write(this.#packet(outbound.publication, undefined, false));
  }

  #packet(publication: OutgoingPublication, messageId: number | undefined, dup: boolean): IPublishPacket {
    const { topic, payload, qos, retain, properties } = publication;
    const packet: IPublishPacket = { cmd: 'publish', topic, payload, qos, retain, dup };
    if (messageId !== undefined) packet.messageId = messageId;
    if (!this.#wire.v5) return packet;
    if (properties) packet.properties = { ...properties };
    if (qos === 0) this.#alias(packet, publication);
    return packet;
  }

  #alias(packet: IPublishPacket, publication: OutgoingPublication): void {
    const { maximumPacketSize } = this.#wire;
    const bounded = maximumPacketSize !== Number.POSITIVE_INFINITY;
    if (bounded && packetBytes(publication, true) + ALIAS_BYTES > maximumPacketSize) return;
    const taken = this.#aliases.take(publication.topic);
    if (!taken) return;
    if (taken.known) packet.topic = '';
    packet.properties = { ...packet.properties, topicAlias: taken.alias };
  }
}

function outcomeOf(packet: Acknowledgement, before: number): PublishOutcome {
  const { reasonCode } = packet;
  if (!reasonCode || reasonCode === IDENTIFIER_NOT_FOUND) return { kind: 'acknowledged', reasonCode: before };
  if (!isFailure(reasonCode)) return { kind: 'acknowledged', reasonCode };
  return { kind: 'refused', reasonCode, ...serverWords(packet) };
}
