// Sends the publications of a queue: in order, as fast as the server acknowledges, over as many connections as needed.

import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { OUTBOUND_IDENTIFIERS, PacketIdentifiers } from '../../core/publications/packet-identifiers';
import { TokenBucket } from '../../core/queues/token-bucket';
import type { PublishOutcome, ServerInfo, Transport } from '../../transport/transport';
import type { AnswerWatch, SendingWatch } from '../answer-watch';
import type { Clock } from '../clock';
import { limitProblem } from '../server-limits';
import type { Traffic } from '../traffic';
import { InFlight } from './in-flight';
import type { EntryCarrier, OutboxEntry } from './outbox-entry';
import type { OutboxQueue, RestoredIdentifiers } from './outbox-queue';
import { Suspects } from './poison-messages';
import { LeftExchanges } from './stranded-exchanges';
import { overPublication, UnansweredSuspect } from './unanswered-suspect';

export interface SendingLimits {
  /** The most publications in flight, if the server allows as many; 100 if left out. */
  readonly maxInFlight?: number;
  /** messages per second; 0 or left out: no limit */
  readonly rateLimit?: number;
}

/** How the sending of an entry ended. `unconfirmed` occurs only for one that is not sent again. */
export type SendingEnd =
  | PublishOutcome
  | { readonly kind: 'expired' }
  /** Not sent, or not sent again. */
  | { readonly kind: 'failed'; readonly error: MqttFlowsError }
  | { readonly kind: 'quarantined'; readonly error: MqttFlowsError };

/** The session of a connection, and that of the previous one. */
export interface SessionPlace {
  readonly home: string;
  readonly previous: string;
  /** Whether the server has kept a session, the known one or another. */
  readonly present: boolean;
}

interface Link {
  readonly transport: Transport;
  readonly server: ServerInfo;
}

/** The outside world of a sender. */
interface SendingWorld extends SendingWatch {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** The default of the in-flight limit. */
const WINDOW = 100;
/**
 * The most open QoS 2 exchanges before MQTT 5, which has no receive maximum. Beyond its own window (20 by default),
 * mosquitto 2.0 answers PUBREC as usual and drops the publication, which MQTT 3.1.1 cannot report.
 */
const UNTOLD_EXCHANGES = 10;

export class OutboxSender implements EntryCarrier {
  readonly #queue: OutboxQueue;
  readonly #clock: Clock;
  readonly #answers: AnswerWatch;
  readonly #traffic: Traffic;
  readonly #ended: (entry: OutboxEntry, end: SendingEnd) => void;
  readonly #window: number;
  readonly #bucket: TokenBucket | undefined;
  readonly #identifiers: PacketIdentifiers;
  readonly #left: LeftExchanges;
  readonly #suspects = new Suspects();
  readonly #unanswered = new UnansweredSuspect();
  /** Entries taken from the queue and not settled, in the order of sending. */
  readonly #inFlight = new InFlight();
  /** Entries that have a packet identifier in the server's session and wait to be sent again, or are being given up. */
  readonly #exchanges = new Set<OutboxEntry>();
  /** Whether the server answers QoS 2 as QoS 1, as RabbitMQ does. It need not know PUBREL then. */
  #lowers = false;
  #link: Link | undefined;
  /** The session that was abandoned last; undefined when there is none. */
  #lostHome: string | undefined;
  #pumping = false;
  #cancelTimer: (() => void) | undefined;

  /** `ended` is called once for each settled entry. `random` says where packet identifiers begin. */
  constructor(
    queue: OutboxQueue,
    limits: SendingLimits,
    { clock, random, answers, traffic }: SendingWorld,
    ended: (entry: OutboxEntry, end: SendingEnd) => void,
  ) {
    this.#queue = queue;
    this.#clock = clock;
    this.#answers = answers;
    this.#traffic = traffic;
    this.#ended = ended;
    this.#window = limits.maxInFlight ?? WINDOW;
    this.#bucket = limits.rateLimit ? new TokenBucket(limits.rateLimit) : undefined;
    this.#identifiers = new PacketIdentifiers(OUTBOUND_IDENTIFIERS, random());
    this.#left = new LeftExchanges(this.#identifiers, { clock, answers }, (identifier) =>
      queue.exchangeEnded(identifier),
    );
  }

  get connected(): boolean {
    return this.#link !== undefined;
  }

  get inFlight(): Pick<InFlight, 'size' | 'first' | typeof Symbol.iterator> {
    return this.#inFlight;
  }

  /**
   * The session at hand is that of `server`. Unfinished exchanges of another are sent as new publications, and stay abandoned
   * there. The connection may be lost before attach(), and the next one finds the new session present.
   */
  enter(server: ServerInfo, place: SessionPlace): void {
    if (!server.sessionPresent) this.#forgetExchanges(place.previous);
    if (!place.present) this.#left.forget(place.home);
  }

  /** After enter(). Sends over `transport` from now on: first again the unfinished exchanges of its session, then the rest. */
  attach(transport: Transport, server: ServerInfo, place: SessionPlace): void {
    this.#link = { transport, server };
    if (place.present) this.#left.finish(place.home, transport, () => this.pump());
    this.pump();
  }

  /**
   * Stops sending. The transport has settled everything. Unconfirmed publications are sent first next time, except one
   * that has ended the connection. `error` is how the connection ended. Returns what explains it, when one publication
   * seems to have ended this connection and the one before.
   */
  detach(error?: MqttFlowsError): MqttFlowsError | undefined {
    this.#link = undefined;
    this.#left.detach(error);
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const returned = this.#inFlight.drain();
    const sent = returned.filter(({ onWire }) => onWire);
    for (const entry of returned) {
      entry.leftWire();
      if (entry.packetIdentifier > 0) this.#exchanges.add(entry);
    }
    const now = this.#clock.now();
    const culprit = error && this.#suspects.ended(error, sent, now);
    const unanswered = this.#unanswered.ended(error?.code === 'connection-lost', now);
    this.#queue.unshift(returned.filter((entry) => entry !== culprit));
    if (culprit && error) this.#end(culprit, { kind: 'quarantined', error });
    return error && overPublication(error, this.#suspects.again ?? unanswered);
  }

  /** Sends as much as the in-flight limit, the rate and the stream allow. */
  pump(): void {
    // A settlement may add the next publication synchronously. The loop below picks it up.
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#link?.transport.writable && this.#hasPlace(this.#link.server)) {
        if (this.#bucket && !this.#hasToken(this.#bucket)) break;
        const entry = this.#queue.shift();
        if (!entry) break;
        this.#send(entry, this.#link.server);
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** A waiting entry is settled without being sent, or sent again. */
  retire(entry: OutboxEntry): void {
    const { packetIdentifier, progress, publication } = entry;
    if (packetIdentifier === 0) return;
    if (publication.qos === 1 || progress === 'waiting' || this.#lowers) {
      this.#exchanges.delete(entry);
      this.#identifiers.free(packetIdentifier);
    } else {
      this.#exchanges.add(entry);
      this.#queue.giveUp(entry, this.#giveUp);
    }
  }

  /** Unless the session was lost meanwhile. */
  readonly #giveUp = (entry: OutboxEntry): void => {
    if (this.#exchanges.delete(entry)) this.#left.giveUp(entry.packetIdentifier);
  };

  /** Marks identifiers of an earlier process that the session may still know. */
  restore({ waiting, givenUp }: RestoredIdentifiers): void {
    for (const identifier of waiting) this.#identifiers.use(identifier);
    const open = givenUp.filter((identifier) => this.#identifiers.use(identifier));
    if (this.#lostHome === undefined) {
      for (const identifier of open) this.#left.giveUp(identifier);
      return;
    }
    this.#left.leave(this.#lostHome);
    this.#queue.forgetExchanges();
  }

  received(entry: OutboxEntry): void {
    this.#answers.answered();
    if (!entry.underWay) return;
    this.#queue.keep(entry, this.#release);
  }

  finished(entry: OutboxEntry, outcome: PublishOutcome): void {
    if (entry.publication.qos > 0) this.#answers.answered();
    // Publications that may be sent again return with detach().
    if (outcome.kind === 'unconfirmed' && entry.publication.qos > 0) return;
    if (!this.#inFlight.delete(entry)) return;
    if (outcome.kind !== 'unconfirmed') this.#suspects.cleared();
    if (entry.publication.qos === 2 && outcome.kind === 'acknowledged') this.#lowers = entry.progress === 'sent';
    this.#identifiers.free(entry.packetIdentifier);
    this.#ended(entry, outcome);
    this.pump();
  }

  /** Whether one more publication may be in flight. */
  #hasPlace({ protocolVersion, receiveMaximum }: ServerInfo): boolean {
    const { size, exchanges } = this.#inFlight;
    if (size === 0) return true;
    if (this.#suspects.oneByOne) return false;
    const { finishing } = this.#left;
    if (protocolVersion < 5 && exchanges + finishing >= UNTOLD_EXCHANGES) return false;
    return size + finishing < Math.min(this.#window, receiveMaximum);
  }

  #hasToken(bucket: TokenBucket): boolean {
    const delay = bucket.delay(this.#clock.now());
    if (delay === 0) return true;
    this.#cancelTimer ??= this.#clock.after(delay, () => {
      this.#cancelTimer = undefined;
      this.pump();
    });
    return false;
  }

  #send(entry: OutboxEntry, server: ServerInfo): void {
    if (entry.hasExpired(this.#clock.now())) return this.#end(entry, { kind: 'expired' });
    const error = entry.progress === 'received' ? undefined : limitProblem(entry.publication, server);
    if (error) return this.#end(entry, { kind: 'failed', error });
    this.#bucket?.take();
    this.#inFlight.add(entry);
    const { qos } = entry.publication;
    // There are more identifiers than the in-flight limit.
    if (entry.packetIdentifier === 0 && qos > 0) entry.startExchange(this.#identifiers.allocate() ?? 0);
    else this.#exchanges.delete(entry);
    if (qos > 0 && entry.isExchangeKept) this.#transmit(entry);
    else this.#queue.keep(entry, this.#transmit);
  }

  readonly #transmit = (entry: OutboxEntry): void => {
    const transport = this.#link?.transport;
    if (!transport || entry.onWire || !entry.underWay || !entry.isExchangeKept) return;
    const now = this.#clock.now();
    if (entry.hasExpired(now)) return this.#late(entry);
    const dup = entry.progress === 'sent';
    entry.age(now);
    entry.sent(now);
    if (entry.publication.qos > 0) this.#answers.asked();
    if (entry.progress === 'received') return transport.release(entry);
    else this.#unanswered.sent(entry.publication.topic, entry.sentAt);
    this.#traffic.countSent(entry.publication.topic);
    transport.send(entry, dup);
  };

  /** Its time has passed while it waited for the disk. */
  #late(entry: OutboxEntry): void {
    this.#inFlight.delete(entry);
    this.#end(entry, { kind: 'expired' });
    this.pump();
  }

  readonly #release = (entry: OutboxEntry): void => {
    if (!this.#link || !entry.onWire || !entry.underWay) return;
    this.#answers.asked();
    this.#link.transport.release(entry);
  };

  #end(entry: OutboxEntry, end: SendingEnd): void {
    this.retire(entry);
    this.#ended(entry, end);
  }

  /** Abandons the exchanges of the session of `home`. */
  #forgetExchanges(home: string): void {
    this.#lostHome = home;
    this.#lowers = false;
    for (const entry of this.#exchanges) {
      if (entry.publication.qos === 1) this.#identifiers.free(entry.packetIdentifier);
      entry.forgetExchange();
      this.#queue.keep(entry, nothing);
    }
    this.#exchanges.clear();
    this.#left.leave(home);
    this.#queue.forgetExchanges();
  }
}

function nothing(): void {}
