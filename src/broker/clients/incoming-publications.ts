// The publications of a client. QoS 1 and 2 are acknowledged in order, once everything that must outlive a crash is
// stored. A QoS 2 publication is passed on exactly once (MQTT 5, section 4.3).

import { hasMoreLevels } from '../../core/topics/topic-levels';
import { expiryTime, Publication } from '../publications/publication';
import { PacketIdentifiers } from '../sessions/packet-identifiers';
import type { Session } from '../sessions/session';
import { type AcknowledgementKind, encodeAcknowledgement, PUBACK, PUBCOMP, PUBREC } from '../wire/acknowledgements';
import { ProtocolViolation } from '../wire/protocol-violation';
import type { DecodedPublish } from '../wire/publish-decoder';
import { isRefusal, Reason, type ReasonCode } from '../wire/reason';
import type { ClientHost } from './client-host';
import { IncomingAliases } from './topic-aliases';

/**
 * For an answer to what was done over an earlier connection: it waits for all writes, one of which may belong to it. A session
 * that is not stored has had no earlier connection.
 */
const EARLIER = -1;

/** What this class needs from the client. */
export interface Publisher {
  readonly v5: boolean;
  write(packet: Buffer): void;
  /** Ends the connection. */
  end(reasonCode: ReasonCode, reason: string): void;
  readonly closed: boolean;
  mayPublish(topic: string): boolean;
  refused(what: 'publish' | 'retain', reasonCode: ReasonCode, topic: string): void;
}

export class IncomingPublications {
  readonly #client: Publisher;
  readonly #session: Session;
  readonly #host: ClientHost;
  readonly #aliases: IncomingAliases;
  /** Answers that wait for the store. */
  #unwritten = 0;
  /** The number of those that do not belong to a publication in `#open`. */
  #unheard = 0;
  /** The incomplete QoS 2 exchanges of this connection. */
  readonly #open = new PacketIdentifiers();

  constructor(client: Publisher, session: Session, host: ClientHost) {
    this.#client = client;
    this.#session = session;
    this.#host = host;
    this.#aliases = new IncomingAliases(host.settings.topicAliasMaximum);
  }

  /** Answers that wait for the store. */
  get unwritten(): number {
    return this.#unwritten;
  }

  /** PUBLISH has arrived. Throws ProtocolViolation. */
  publish(packet: DecodedPublish): void {
    const topic = this.#aliases.topicOf(packet);
    const { qos, packetIdentifier } = packet;
    const { traffic } = this.#host;
    traffic.publicationsReceived++;
    traffic.publicationBytesReceived += packet.end - packet.payloadAt;
    if (qos === 0) {
      this.#pass(packet, topic);
      return;
    }
    // Answers that wait for the store count, because the client has not received them yet.
    if (this.#client.v5 && this.#unheard + this.#open.size >= this.#host.settings.receiveMaximum) {
      throw new ProtocolViolation(Reason.receiveMaximumExceeded, 'more publications than the receive maximum');
    }
    const { revision } = this.#host.journal;
    if (qos === 1) {
      const reasonCode = this.#pass(packet, topic);
      this.#answer(PUBACK, packetIdentifier, reasonCode, revision);
      return;
    }
    const { incoming, store } = this.#session;
    if (incoming.has(packetIdentifier)) {
      this.#open.add(packetIdentifier);
      return this.#answer(PUBREC, packetIdentifier, Reason.success, store ? EARLIER : revision);
    }
    const reasonCode = this.#pass(packet, topic);
    if (!isRefusal(reasonCode)) {
      incoming.add(packetIdentifier);
      this.#open.add(packetIdentifier);
      store?.incoming(packetIdentifier);
    }
    this.#answer(PUBREC, packetIdentifier, reasonCode, revision);
  }

  /** PUBREL has arrived. */
  release(packetIdentifier: number): void {
    const { incoming, store } = this.#session;
    const { revision } = this.#host.journal;
    this.#open.delete(packetIdentifier);
    const known = incoming.delete(packetIdentifier);
    // PUBCOMP frees the identifier. After that, a restart must not restore it as used.
    if (known) store?.forgetIncoming(packetIdentifier);
    if (known) this.#answer(PUBCOMP, packetIdentifier, Reason.success, revision);
    else this.#answer(PUBCOMP, packetIdentifier, Reason.packetIdentifierUnknown, store ? EARLIER : revision);
  }

  #pass(packet: DecodedPublish, topic: string): ReasonCode {
    const { qos, retain, properties, expiry } = packet;
    if (hasMoreLevels(topic, this.#host.settings.maximumTopicLevels)) {
      this.#client.refused('publish', Reason.topicInvalid, topic);
      return Reason.topicInvalid;
    }
    if (!this.#client.mayPublish(topic)) {
      this.#client.refused('publish', Reason.notAuthorized, topic);
      return Reason.notAuthorized;
    }
    const expiresAt = expiry === undefined ? Number.POSITIVE_INFINITY : expiryTime(this.#host.now(), expiry);
    const publisher = this.#session.clientId;
    const tells = this.#client.v5 && qos > 0;
    const received = packet;
    const publication = new Publication({ topic, qos, retain, properties, expiresAt, publisher, received });
    const reasonCode = this.#host.publish(publication, tells);
    if (reasonCode !== Reason.quotaExceeded) return reasonCode;
    this.#client.refused('retain', reasonCode, topic);
    return tells ? reasonCode : Reason.success;
  }

  /** Answers in the order of the publications, once all changes since `revision` are in the store; see EARLIER. */
  #answer(kind: AcknowledgementKind, packetIdentifier: number, reasonCode: ReasonCode, revision: number): void {
    const { journal } = this.#host;
    if (this.#unwritten === 0 && journal.revision === revision) {
      return this.#client.write(encodeAcknowledgement(kind, packetIdentifier, reasonCode, this.#client.v5));
    }
    const alone = this.#open.has(packetIdentifier) ? 0 : 1;
    this.#unwritten++;
    this.#unheard += alone;
    journal.written((kept) => {
      this.#unwritten--;
      this.#unheard -= alone;
      if (kept) {
        if (this.#client.closed) return;
        this.#client.write(encodeAcknowledgement(kind, packetIdentifier, reasonCode, this.#client.v5));
      } else {
        this.#notKept(kind, packetIdentifier, revision === EARLIER);
      }
    });
  }

  /** The store has refused a write. The client is told so, or gets no answer and sends the publication again. */
  #notKept(kind: AcknowledgementKind, packetIdentifier: number, earlier: boolean): void {
    if (kind === PUBREC && !earlier) {
      const { incoming, store } = this.#session;
      // The client may use the identifier for another publication now: the store must not be given it later.
      if (incoming.delete(packetIdentifier)) store?.forgetIncoming(packetIdentifier);
      this.#open.delete(packetIdentifier);
    }
    if (this.#client.closed) return;
    if (this.#client.v5 && kind !== PUBCOMP && !earlier) {
      this.#client.write(encodeAcknowledgement(kind, packetIdentifier, Reason.implementationError, true));
    } else {
      this.#client.end(Reason.implementationError, 'the store of the broker has failed');
    }
  }
}
