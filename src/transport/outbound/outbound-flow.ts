// The way out of publications over one connection: PUBLISH, and what follows it at QoS 1 and 2 (MQTT 5, section 4.3).
// mqtt.js only writes the packets: what it does with unacknowledged ones is not what the specification asks for.

import type { IPublishPacket, Packet } from 'mqtt';
import { isFailure } from '../../core/errors/reason-code';
import type { PacketIdentifiers } from '../../core/publications/packet-identifiers';
import type { OutgoingPublication } from '../../core/publications/publication';
import { packetBytes } from '../../core/publications/publication-size';
import { serverWords } from '../packets/server-answers';
import type { Outbound, PublishOutcome } from '../transport';
import { OutgoingAliases } from './outgoing-aliases';

type Acknowledgement = Extract<Packet, { cmd: 'puback' | 'pubrec' | 'pubcomp' }>;

/** The connection that packets go out on. */
export interface OutboundWire {
  readonly v5: boolean;
  /** The server's, from CONNACK. */
  readonly topicAliasMaximum: number;
  /** bytes; the server's, from CONNACK */
  readonly maximumPacketSize: number;
  /** The stream has not taken all that was written. */
  full(): boolean;
  /** Calls `flushed` whenever the stream has been given what was written, whether or not it has room for more. */
  onFlushed(flushed: () => void): void;
  write(packet: Packet): void;
}

/** What the server has to answer next. */
interface Pending {
  /** None any more when it is answered: V8 keeps what stood in a map for longer than the map does. */
  outbound: Outbound | undefined;
  awaits: 'puback' | 'pubrec' | 'nothing' | 'pubcomp';
  /** What PUBREC has said, where PUBCOMP has nothing to say. */
  reasonCode: number;
}

/** The topic takes its bytes and an alias three more with the first publication: those may be too many then. */
const ALIAS_BYTES = 16;
/** MQTT 5, section 3.7.2.1: the server knows nothing of this identifier (any more), so the publication is through. */
const IDENTIFIER_NOT_FOUND = 0x92;

export class OutboundFlow {
  readonly #wire: OutboundWire;
  readonly #aliases: OutgoingAliases;
  readonly #pending = new Map<number, Pending>();
  /** Of QoS 0, written and not handed over: they are once the stream has taken all. */
  #undrained: Outbound[] = [];
  #ended = false;

  constructor(wire: OutboundWire) {
    this.#wire = wire;
    this.#aliases = new OutgoingAliases(wire.topicAliasMaximum);
    wire.onFlushed(() => this.drained());
  }

  /** Sends PUBLISH, for the first time in this session or, as `dup`, again. */
  send(outbound: Outbound, dup: boolean): void {
    if (this.#ended) return outbound.settled({ kind: 'unconfirmed' });
    const { publication, packetIdentifier } = outbound;
    if (publication.qos === 0) return this.#sendOnce(outbound);
    const awaits = publication.qos === 1 ? 'puback' : 'pubrec';
    this.#pending.set(packetIdentifier, { outbound, awaits, reasonCode: 0 });
    this.#wire.write(this.#packet(publication, packetIdentifier, dup));
  }

  /** Sends PUBREL for a publication that the server has received, over this connection or an earlier one. */
  release(outbound: Outbound): void {
    if (this.#ended) return outbound.settled({ kind: 'unconfirmed' });
    const reasonCode = this.#pending.get(outbound.packetIdentifier)?.reasonCode ?? 0;
    this.#pending.set(outbound.packetIdentifier, { outbound, awaits: 'pubcomp', reasonCode });
    this.#wire.write({ cmd: 'pubrel', messageId: outbound.packetIdentifier });
  }

  /** Publishes what belongs to this connection alone: it is not sent again. */
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

  /** Takes an answer of the server, and returns what is wrong with it, if anything. */
  answered(packet: Acknowledgement): string | undefined {
    const { cmd, messageId: identifier = 0, reasonCode = 0 } = packet;
    const pending = this.#pending.get(identifier);
    const outbound = pending?.outbound;
    // An answer that comes late, or twice, is no reason to end a connection.
    if (!outbound || (cmd === 'pubrec' && pending.awaits === 'nothing')) return undefined;
    if (cmd === 'pubrec' && pending.awaits === 'pubcomp') {
      this.release(outbound);
      return undefined;
    }
    if (cmd !== pending.awaits) return `${cmd} for packet identifier ${identifier}`;
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

  /** The stream may have room again: what was written before has been handed over then. */
  drained(): void {
    if (this.#undrained.length === 0 || this.#wire.full()) return;
    const handedOver = this.#undrained;
    this.#undrained = [];
    for (const outbound of handedOver) outbound.settled({ kind: 'acknowledged', reasonCode: 0 });
  }

  /** The stream is gone: nobody knows what became of the rest. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
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
