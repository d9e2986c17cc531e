// One connection of a client, from its first byte to its last (MQTT 5, section 4). It reads packets, and sends the
// publications of the session.

import type { Buffer } from 'node:buffer';
import type { Copy } from '../publications/copy';
import type { Session } from '../sessions/session';
import { encodeAcknowledgement, PUBREL } from '../wire/acknowledgements';
import { type OtherProtocol, otherProtocolOf } from '../wire/other-protocol';
import { PacketFramer } from '../wire/packet-framer';
import type { ProtocolVersion } from '../wire/protocol-version';
import { ProtocolViolation } from '../wire/protocol-violation';
import { Reason, type ReasonCode } from '../wire/reason';
import { withReasonString } from '../wire/with-reason-string';
import type { Origin } from './access';
import type { ClientHost } from './client-host';
import { ClientPackets } from './client-packets';
import type { ClientStream } from './client-stream';
import { ClientWriter } from './client-writer';
import { acceptance, refusal } from './connack';
import { type ConnectRequest, protocolLevelOf, type RequestedWill, readConnect } from './connect-request';
import { letIn } from './connecting';
import type { HostedClient } from './hosted-client';
import { mayPublish } from './publish-permission';
import { ReadingHold } from './reading-hold';
import { type RefusedAction, ToldRefusals } from './told-refusals';
import { OutgoingAliases } from './topic-aliases';

const CONNECT = 1;

/** bytes of the largest packet before CONNECT is accepted: room for a large will, but no danger for the memory */
const LARGEST_CONNECT = 256 * 1024;
/** bytes that a client may still send after the broker has ended the connection. Then the stream is destroyed. */
const LAST_BYTES = 64 * 1024;
/** ms that the stream then has to send its last bytes */
const LAST_TIME = 1000;
/** bytes of memory with unread answers at which reading from the client stops */
const UNREAD = 4 * 1024 * 1024;

export class Client implements HostedClient {
  readonly origin: Origin;
  readonly since: number;
  clientId = '';
  user = '';
  protocolVersion: ProtocolVersion = 4;
  bridge = false;
  will: RequestedWill | undefined;
  receiveMaximum = 0;
  /** s; 0 for none */
  keepAlive = 0;
  readonly #stream: ClientStream;
  readonly #host: ClientHost;
  readonly #framer: PacketFramer;
  readonly #writer: ClientWriter;
  readonly #hold: ReadingHold;
  #state: 'new' | 'connecting' | 'connected' | 'closed' = 'new';
  #session: Session | undefined;
  #packets: ClientPackets | undefined;
  #aliases: OutgoingAliases | undefined;
  /** Until it is answered. */
  #request: ConnectRequest | undefined;
  /** bytes of the largest packet that the client takes */
  #largestPacket = 0;
  #wantsReason = false;
  #lastHeard: number;
  #lastBytes = 0;
  #closedAt = 0;
  readonly #toldRefusals = new ToldRefusals();

  constructor(stream: ClientStream, origin: Origin, host: ClientHost, sent?: () => number) {
    this.#stream = stream;
    this.origin = origin;
    this.#host = host;
    this.since = host.now();
    this.#lastHeard = this.since;
    this.#framer = new PacketFramer(LARGEST_CONNECT, host.unfinished);
    const { schedule, traffic, now } = host;
    this.#writer = new ClientWriter({ stream, sent, schedule, traffic, now, hasRoom: () => this.#goOn() });
    this.#hold = new ReadingHold(stream, () => {
      this.#lastHeard = this.#host.now();
      this.#process();
    });
    stream.on('data', (chunk) => this.#read(chunk));
    stream.on('drain', () => this.#writer.drained());
    const lost = () => this.#close({ reasonCode: Reason.unspecified, reason: '' }, true);
    stream.on('end', lost);
    stream.on('close', lost);
    // `close` follows.
    stream.on('error', () => {});
  }

  get v5(): boolean {
    return this.protocolVersion === 5;
  }

  get connected(): boolean {
    return this.#state === 'connected';
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  get session(): Session | undefined {
    return this.#session;
  }

  get writable(): boolean {
    return this.#writer.writable;
  }

  publish(copy: Copy, packetIdentifier: number, dup: boolean): boolean {
    const now = this.#host.now();
    const alias = this.#aliases?.aliasFor(copy.publication.topic);
    const frame = alias ? copy.frameWithAlias(true, now, alias.alias, alias.known) : copy.frame(this.v5, now);
    if (frame.size > this.#largestPacket) return false;
    if (alias && !alias.known) this.#aliases?.told(copy.publication.topic);
    const { traffic } = this.#host;
    traffic.messagesSent++;
    traffic.publicationsSent++;
    traffic.publicationBytesSent += copy.publication.payloadLength;
    this.#writer.publish(frame, packetIdentifier, dup);
    return true;
  }

  release(packetIdentifier: number): void {
    this.write(encodeAcknowledgement(PUBREL, packetIdentifier, Reason.success, this.v5));
  }

  write(packet: Buffer): void {
    this.#host.traffic.messagesSent++;
    this.#writer.write(packet);
    if (this.#writer.waitingBytes > UNREAD) this.#hold.until('read');
  }

  mayPublish(topic: string): boolean {
    return mayPublish(this, topic, this.#host.access);
  }

  refused(what: RefusedAction, reasonCode: ReasonCode, topic: string): void {
    if (!this.#toldRefusals.admit(what, reasonCode, topic)) return;
    const { clientId, user, origin } = this;
    this.#host.listener.refused({ what, clientId, user, address: origin.address, reasonCode, topic });
  }

  /** Ends the connection. An MQTT 5 client is told the reason. */
  end(reasonCode: ReasonCode, reason: string): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'connected' && this.v5) {
      const words = this.#wantsReason ? reason : '';
      this.#writer.write(withReasonString({ cmd: 'disconnect', reasonCode }, words, this.#largestPacket));
    }
    this.#close({ reasonCode, reason }, true);
  }

  /** Called at intervals: ends a connection that was silent, or has not read, for too long. True once it has ended. */
  check(now: number): boolean {
    const { connectTime, stallTime } = this.#host.settings;
    if (this.#state === 'closed') {
      if (now - this.#closedAt < LAST_TIME) return false;
      this.#stream.destroy();
      return true;
    }
    if (this.#writer.isStuck(now, stallTime)) {
      this.end(Reason.unspecified, 'it does not read what it is sent');
      this.#stream.destroy();
    } else if (this.#state !== 'connected') {
      if (now - this.since > connectTime) this.#refuse(Reason.unspecified, 'no CONNECT in time');
    } else if (this.keepAlive > 0 && !this.#hold.active && now - this.#lastHeard > this.keepAlive * 1500) {
      this.end(Reason.keepAliveTimeout, 'nothing was heard of it within its keep-alive');
    }
    return false;
  }

  /** Destroys the stream. */
  destroy(): void {
    this.#stream.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#state === 'closed') {
      // A client is most likely to read DISCONNECT while it may still write.
      this.#lastBytes += chunk.length;
      if (this.#lastBytes > LAST_BYTES) this.#stream.destroy();
      return;
    }
    this.#lastHeard = this.#host.now();
    this.#host.traffic.bytesReceived += chunk.length;
    this.#framer.push(chunk);
    this.#process();
  }

  #process(): void {
    try {
      while (this.#state !== 'closed' && !this.#hold.active && this.#framer.advance()) this.#handle();
    } catch (error) {
      const { reasonCode, message } = ProtocolViolation.from(error);
      if (this.#state === 'connected') this.end(reasonCode, message);
      else this.#refuse(reasonCode, message);
    }
  }

  #handle(): void {
    this.#host.traffic.messagesReceived++;
    if (this.#state !== 'connected') return this.#connect();
    this.#packets?.handle(this.#framer, this.#lastHeard);
  }

  #connect(): void {
    const { bytes, start, body, end } = this.#framer;
    const kind = (bytes[start] as number) >> 4;
    const other = otherProtocolOf(bytes, start);
    if (other) return this.#refuse(Reason.malformedPacket, other, other);
    if (kind !== CONNECT || this.#state === 'connecting') {
      throw new ProtocolViolation(Reason.protocolError, 'something else than CONNECT');
    }
    const level = protocolLevelOf(bytes, body, end);
    if (level !== undefined) this.protocolVersion = level === 5 ? 5 : 4;
    const request = readConnect(bytes.subarray(start, end), level);
    this.#request = request;
    this.protocolVersion = request.protocolVersion;
    this.bridge = request.bridge;
    this.#state = 'connecting';
    const go = this.#hold.until('connect');
    void letIn(this, request, this.#host).then((outcome) => {
      if (this.#state !== 'connecting') return;
      if (!outcome.ok) this.#refuse(outcome.reasonCode, outcome.reason);
      else this.#welcome(request, outcome.clientId, outcome.user);
      go();
    });
  }

  #welcome(request: ConnectRequest, clientId: string, user: string): void {
    const { settings } = this.#host;
    this.clientId = clientId;
    this.user = user;
    const joined = this.#host.join(this, request);
    if (!joined) return this.#refuse(Reason.quotaExceeded, 'there are as many sessions as there may be');
    const { session, present } = joined;
    const { maximumKeepAlive } = settings;
    const limited =
      maximumKeepAlive > 0 && (request.keepAlive === 0 || request.keepAlive > maximumKeepAlive) && this.v5;
    this.keepAlive = limited ? maximumKeepAlive : request.keepAlive;
    this.receiveMaximum = Math.min(request.receiveMaximum, settings.maximumInFlight);
    // Within the process an alias saves nothing, and receivers could no longer share the bytes of a packet.
    if (request.topicAliasMaximum > 0 && !this.origin.local) {
      this.#aliases = new OutgoingAliases(request.topicAliasMaximum);
    }
    this.#framer.limit = settings.maximumPacketSize;
    this.#largestPacket = request.maximumPacketSize;
    this.#wantsReason = request.wantsProblemInformation;
    this.will = request.will;
    this.#request = undefined;
    this.#session = session;
    this.#packets = new ClientPackets(this, session, this.#host, this.#hold);
    this.#state = 'connected';
    this.#lastHeard = this.#host.now();
    const accepted = { clientId, sessionPresent: present, sessionExpiry: session.expiryInterval };
    this.write(acceptance(request, { ...accepted, keepAlive: this.keepAlive }, settings));
    this.#host.listener.connected(this);
    session.attach(this);
  }

  /** DISCONNECT has arrived (MQTT 5, section 3.14). Only a normal disconnection deletes the will. */
  leave(reasonCode: ReasonCode): void {
    this.#close({ reasonCode, reason: '' }, reasonCode !== Reason.success);
  }

  #refuse(reasonCode: ReasonCode, detail: string, otherProtocol?: OtherProtocol): void {
    if (this.#state === 'closed') return;
    const { clientId = '', username: user = '', password } = this.#request ?? {};
    const why = { reasonCode, withPassword: password !== undefined, detail, otherProtocol };
    this.#host.listener.refused({ what: 'connect', clientId, user, address: this.origin.address, ...why });
    // Before CONNECT, the client is told no reason (MQTT 5, section 4.13).
    const answers = this.#request !== undefined || reasonCode === Reason.unsupportedVersion;
    if (answers) this.write(refusal(this.protocolVersion, reasonCode, detail, this.#request?.maximumPacketSize));
    this.#close({ reasonCode, reason: detail }, false);
    if (!answers) this.#stream.destroy();
  }

  #close(ending: { reasonCode: ReasonCode; reason: string }, withWill: boolean): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#closedAt = this.#host.now();
    this.#framer.clear();
    this.#writer.flushAll();
    this.#hold.end();
    this.#stream.end();
    this.#host.left(this, this.#session, ending, withWill);
  }

  /** The client has read: more may be sent to it, and read from it. */
  #goOn(): void {
    if (this.#writer.waitingBytes < UNREAD / 2) this.#hold.release('read');
    if (this.#state === 'connected') this.#session?.pump();
  }
}
