// Sends what waits in a queue: in order, as fast as the server acknowledges, and over as many connections as it takes.

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
import type { OutboxQueue } from './outbox-queue';
import { Suspects } from './poison-messages';
import { LeftExchanges } from './stranded-exchanges';

export interface SendingLimits {
  /** How many publications may be on their way without an answer, where the server allows as many; 100 if left out. */
  readonly maxInFlight?: number;
  /** messages per second; 0 or left out: no limit */
  readonly rateLimit?: number;
}

/** What became of an entry; `unconfirmed` only of one that is not sent again. */
export type SendingEnd =
  | PublishOutcome
  | { readonly kind: 'expired' }
  /** Not sent at all, or not once more. */
  | { readonly kind: 'failed'; readonly error: MqttFlowsError }
  | { readonly kind: 'quarantined'; readonly error: MqttFlowsError };

/** Whose session it is that a connection has, and whose the one before had. */
export interface SessionPlace {
  readonly home: string;
  readonly previous: string;
  /** The server has kept a session, be it the one that we know or another. */
  readonly present: boolean;
}

interface Link {
  readonly transport: Transport;
  readonly server: ServerInfo;
}

/** What a sender is given of the world. */
interface SendingWorld extends SendingWatch {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** How many publications may be on their way at once when the settings do not say. */
const WINDOW = 100;
/**
 * How many exchanges of QoS 2 may be open where the server cannot say: before MQTT 5 there is no receive maximum. Beyond its
 * own window (20 by default), mosquitto 2.0 answers PUBREC as usual and drops the publication, which MQTT 3.1.1 hides.
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
  /** Taken out of the queue and not at their end, in the order of sending. */
  readonly #inFlight = new InFlight();
  /** Those that have a packet identifier in the session of the server, and wait to be sent once more. */
  readonly #exchanges = new Set<OutboxEntry>();
  #link: Link | undefined;
  /** Whose session was left behind last; undefined while none was. */
  #lostHome: string | undefined;
  #pumping = false;
  #cancelTimer: (() => void) | undefined;

  /** `ended` hears once of each entry that has come to its end; `random` says where identifiers begin. */
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
    this.#left = new LeftExchanges(this.#identifiers, answers);
  }

  get connected(): boolean {
    return this.#link !== undefined;
  }

  get inFlight(): Pick<InFlight, 'size' | 'first' | typeof Symbol.iterator> {
    return this.#inFlight;
  }

  /**
   * Sends over `transport` from now on: again what the session of `server` has not seen the end of, then the rest. What
   * another session has not seen the end of is sent as new, and stays behind there.
   */
  attach(transport: Transport, server: ServerInfo, place: SessionPlace): void {
    if (!server.sessionPresent) this.#forgetExchanges(place.previous);
    this.#link = { transport, server };
    if (place.present) this.#left.finish(place.home, transport, () => this.pump());
    else this.#left.forget(place.home);
    this.pump();
  }

  /**
   * Stops sending; the transport has settled all that it had. What nobody has confirmed goes first next time, unless it
   * is what ended the connection: `error` says how that was. True when it looks as if one publication has ended this
   * connection and the one before.
   */
  detach(error?: MqttFlowsError): boolean {
    this.#link = undefined;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const returned = this.#inFlight.drain();
    const sent = returned.filter(({ onWire }) => onWire);
    for (const entry of returned) {
      entry.onWire = false;
      if (entry.packetIdentifier > 0) this.#exchanges.add(entry);
    }
    const culprit = error && this.#suspects.ended(error, sent, this.#clock.now());
    this.#queue.unshift(returned.filter((entry) => entry !== culprit));
    if (culprit && error) this.#end(culprit, { kind: 'quarantined', error });
    return error !== undefined && this.#suspects.again;
  }

  /** Sends what the window, the rate and the stream allow. */
  pump(): void {
    // An end may bring in the next publication from within a flow: the loop below picks it up.
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

  /** An entry that waits comes to its end without being sent. */
  retire(entry: OutboxEntry): void {
    this.#exchanges.delete(entry);
    if (entry.packetIdentifier === 0) return;
    // A server that has received a publication of QoS 2 would take the next one with its identifier for the same.
    if (entry.publication.qos === 1 || entry.progress === 'waiting') this.#identifiers.free(entry.packetIdentifier);
  }

  /** Identifiers that the session may still know, from before this process. */
  restore(identifiers: readonly number[]): void {
    for (const identifier of identifiers) this.#identifiers.use(identifier);
    if (this.#lostHome === undefined) return;
    this.#left.leave(this.#lostHome);
    this.#queue.forgetExchanges();
  }

  received(entry: OutboxEntry): void {
    this.#answers.answered();
    if (!entry.underWay) return;
    entry.progress = 'received';
    this.#queue.keep(entry, this.#release);
  }

  finished(entry: OutboxEntry, outcome: PublishOutcome): void {
    if (entry.publication.qos > 0) this.#answers.answered();
    // What may be sent again comes back with detach().
    if (outcome.kind === 'unconfirmed' && entry.publication.qos > 0) return;
    if (!this.#inFlight.delete(entry)) return;
    if (outcome.kind !== 'unconfirmed') this.#suspects.cleared();
    this.#identifiers.free(entry.packetIdentifier);
    this.#ended(entry, outcome);
    this.pump();
  }

  /** Whether one more publication may be on its way. */
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
    const now = this.#clock.now();
    if (entry.hasExpired(now)) return this.#end(entry, { kind: 'expired' });
    const error = entry.progress === 'received' ? undefined : limitProblem(entry.publication, server);
    if (error) return this.#end(entry, { kind: 'failed', error });
    this.#bucket?.take();
    this.#inFlight.add(entry);
    const fresh = entry.packetIdentifier === 0 && entry.publication.qos > 0;
    // There are more identifiers than may be on their way at once.
    if (fresh) entry.packetIdentifier = this.#identifiers.allocate() ?? 0;
    else this.#exchanges.delete(entry);
    entry.age(now);
    if (fresh || entry.publication.qos === 0) this.#queue.keep(entry, this.#transmit);
    else this.#transmit(entry);
  }

  readonly #transmit = (entry: OutboxEntry): void => {
    const transport = this.#link?.transport;
    if (!transport || entry.onWire || !entry.underWay) return;
    entry.onWire = true;
    entry.sentAt = this.#clock.now();
    if (entry.publication.qos > 0) this.#answers.asked();
    if (entry.progress === 'received') return transport.release(entry);
    const dup = entry.progress === 'sent';
    if (entry.publication.qos > 0) entry.progress = 'sent';
    this.#traffic.countSent(entry.publication.topic);
    transport.send(entry, dup);
  };

  readonly #release = (entry: OutboxEntry): void => {
    if (!this.#link || !entry.onWire || !entry.underWay) return;
    this.#answers.asked();
    this.#link.transport.release(entry);
  };

  #end(entry: OutboxEntry, end: SendingEnd): void {
    this.retire(entry);
    this.#ended(entry, end);
  }

  /** They belong to the session of `home`. */
  #forgetExchanges(home: string): void {
    this.#lostHome = home;
    for (const entry of this.#exchanges) {
      if (entry.publication.qos === 1) this.#identifiers.free(entry.packetIdentifier);
      entry.packetIdentifier = 0;
      entry.progress = 'waiting';
      this.#queue.keep(entry, nothing);
    }
    this.#exchanges.clear();
    this.#left.leave(home);
    this.#queue.forgetExchanges();
  }
}

function nothing(): void {}
