// Handles the packets of an accepted client, one by one.

import type { Session } from '../sessions/session';
import {
  type AcknowledgementKind,
  decodeAcknowledgement,
  encodeAcknowledgement,
  PUBACK,
  PUBCOMP,
  PUBREC,
  PUBREL,
} from '../wire/acknowledgements';
import { checkControlBounds } from '../wire/control-bounds';
import { decodeControlPacket, PINGRESP } from '../wire/control-packets';
import type { PacketFramer } from '../wire/packet-framer';
import { ProtocolViolation } from '../wire/protocol-violation';
import { decodePublish } from '../wire/publish-decoder';
import { Reason, type ReasonCode } from '../wire/reason';
import type { ClientHost } from './client-host';
import { IncomingPublications, type Publisher } from './incoming-publications';
import type { ReadingHold } from './reading-hold';
import { type Subscriber, subscribe, unsubscribe } from './subscribing';
import type { RefusedAction } from './told-refusals';

const CONNECT = 1;
const PUBLISH = 3;
const PINGREQ = 12;

/** Copies of publications of one client after which the others get their turn: a few milliseconds of work. */
const COPIES_IN_TURN = 4000;

/** The number of answers waiting for the store at which reading from the client stops. */
const UNWRITTEN = 1000;

/** What this class needs from the client. */
interface PacketSource extends Publisher, Omit<Subscriber, 'refused'> {
  refused(what: RefusedAction, reasonCode: ReasonCode, topic: string): void;
  /** DISCONNECT has arrived. */
  leave(reasonCode: ReasonCode): void;
}

export class ClientPackets {
  readonly #client: PacketSource;
  readonly #session: Session;
  readonly #host: ClientHost;
  readonly #hold: ReadingHold;
  readonly #publications: IncomingPublications;
  /** Copies that were sent in this turn of the event loop, or in several short ones. */
  #copies = 0;

  constructor(client: PacketSource, session: Session, host: ClientHost, hold: ReadingHold) {
    this.#client = client;
    this.#session = session;
    this.#host = host;
    this.#hold = hold;
    this.#publications = new IncomingPublications(client, session, host);
  }

  /** Handles the current packet of `framer`, which arrived at `now`, in ms. Throws ProtocolViolation. */
  handle(framer: PacketFramer, now: number): void {
    const { bytes, start, body, end } = framer;
    const first = bytes[start] as number;
    const kind = first >> 4;
    switch (kind) {
      case PUBLISH:
        return this.#handlePublish(framer, now);
      case PUBACK:
      case PUBREC:
      case PUBREL:
      case PUBCOMP:
        if ((first & 15) !== (kind === PUBREL ? 2 : 0)) break;
        return this.#handleAcknowledgement(kind, framer);
      case PINGREQ:
        if ((first & 15) !== 0 || end !== body) break;
        return this.#client.write(PINGRESP);
      case CONNECT:
        throw new ProtocolViolation(Reason.protocolError, 'a second CONNECT');
      default:
        // The flows of this process decide themselves how much they subscribe to.
        if (!this.#client.origin.local) checkControlBounds(bytes, start, body, end, this.#client.v5);
        return this.#handleControl(bytes.subarray(start, end));
    }
    throw new ProtocolViolation(Reason.malformedPacket, 'a fixed header');
  }

  #handlePublish({ bytes, start, body, end }: PacketFramer, now: number): void {
    const publications = this.#publications;
    const { traffic } = this.#host;
    const before = traffic.publicationsSent;
    publications.publish(decodePublish(bytes, start, body, end, this.#client.v5, this.#host.topics));
    this.#copies += traffic.publicationsSent - before;
    if (this.#copies >= COPIES_IN_TURN) {
      this.#copies = 0;
      this.#host.defer(this.#hold.until('turn'));
    }
    const crowded = this.#host.takeCrowded();
    if (crowded) {
      const room = this.#hold.until('room');
      crowded.whenRoom(room);
    }
    if (publications.unwritten >= UNWRITTEN) {
      const written = this.#hold.until('written');
      this.#host.journal.written(written);
    }
    const delay = this.#hold.rateDelay(this.#host.settings.maximumRate, now);
    if (delay > 0) this.#host.after(delay, this.#hold.until('rate'));
  }

  #handleAcknowledgement(kind: AcknowledgementKind, { bytes, body, end }: PacketFramer): void {
    const { v5 } = this.#client;
    const { packetIdentifier, reasonCode } = decodeAcknowledgement(kind, bytes, body, end, v5);
    switch (kind) {
      case PUBACK:
        return this.#session.acknowledged(packetIdentifier);
      case PUBREC:
        if (this.#session.received(packetIdentifier, reasonCode)) return;
        return this.#client.write(encodeAcknowledgement(PUBREL, packetIdentifier, Reason.packetIdentifierUnknown, v5));
      case PUBREL:
        return this.#publications.release(packetIdentifier);
      case PUBCOMP:
        return this.#session.completed(packetIdentifier);
    }
  }

  #handleControl(packet: Buffer): void {
    const session = this.#session;
    const read = decodeControlPacket(packet, this.#client.protocolVersion);
    switch (read.cmd) {
      case 'subscribe':
        return subscribe(read, this.#client, session, this.#host);
      case 'unsubscribe':
        return unsubscribe(read, this.#client, session, this.#host);
      case 'disconnect':
        return this.#handleDisconnect(read.reasonCode ?? Reason.success, read.properties?.sessionExpiryInterval);
      default:
        // MQTT 5, section 4.12: AUTH needs a CONNECT with an authentication method, and the broker refuses those.
        throw new ProtocolViolation(Reason.protocolError, `${read.cmd} is not expected`);
    }
  }

  /** MQTT 5, section 3.14: only DISCONNECT with "normal disconnection" deletes the will. */
  #handleDisconnect(reasonCode: ReasonCode, sessionExpiry: unknown): void {
    const session = this.#session;
    if (sessionExpiry !== undefined) {
      if (typeof sessionExpiry !== 'number' || (session.expiryInterval === 0 && sessionExpiry > 0)) {
        throw new ProtocolViolation(Reason.protocolError, 'a session expiry that it must not ask for now');
      }
      session.expiryInterval = Math.min(sessionExpiry, this.#host.settings.maximumSessionExpiry);
    }
    this.#client.leave(reasonCode);
  }
}
