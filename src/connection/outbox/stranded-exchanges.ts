// QoS 2 exchanges whose publication is not sent again: those that were abandoned when another server answered, and those
// of publications that were given up. Their server waits for the end: it counts them, and would treat the next
// publication with such an identifier as the one that it has received (MQTT 5, section 4.3.3).

import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { PacketIdentifiers } from '../../core/publications/packet-identifiers';
import type { OutgoingPublication } from '../../core/publications/publication';
import type { Outbound, PublishOutcome, Transport } from '../../transport/transport';
import type { AnswerWatch } from '../answer-watch';
import type { Clock } from '../clock';
import { mayBeOver } from './poison-messages';

/** The most exchanges that are remembered. There are three times as many identifiers. */
const MOST = 10_000;
/** The number of connections that their end may cost: a server may end the connection because of an unknown identifier. */
const DEADLY = 2;
/**
 * The number of connections over which their end is requested at all. Over a slow link, nobody can tell whether the server
 * or the network has ended a connection, and a server may never answer.
 */
const TRIES = 10;
/** A placeholder: PUBREL carries no publication. */
const RELEASED: OutgoingPublication = { topic: '', payload: '', qos: 2, retain: false };

interface Left {
  readonly identifier: number;
  /** The session that it belongs to; undefined for the session at hand. */
  home: string | undefined;
  /** The number of connections over which PUBREL was sent, and of those that the server may have ended because of that. */
  tries: number;
  deaths: number;
  /** When PUBREL was sent over the current connection, in ms of `Clock.now()`. */
  releasedAt: number | undefined;
}

/** The outside world of exchanges that are left. */
interface LeftWorld {
  readonly clock: Pick<Clock, 'now'>;
  readonly answers: AnswerWatch;
}

/** A connection to the session at hand. */
interface Link {
  readonly transport: Transport;
  /** Called after the end of each exchange. */
  readonly ended: () => void;
}

export class LeftExchanges {
  readonly #identifiers: PacketIdentifiers;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #answers: AnswerWatch;
  readonly #ended: (identifier: number) => void;
  /** By identifier, oldest first. No other publication gets one of these. */
  readonly #left = new Map<number, Left>();
  #link: Link | undefined;
  #finishing = 0;

  /** `ended` is called with each identifier that is free again. */
  constructor(identifiers: PacketIdentifiers, { clock, answers }: LeftWorld, ended: (identifier: number) => void) {
    this.#identifiers = identifiers;
    this.#clock = clock;
    this.#answers = answers;
    this.#ended = ended;
  }

  /** The number of exchanges that are being ended over this connection. */
  get finishing(): number {
    return this.#finishing;
  }

  /** All identifiers in use that are not known here belong to the session at hand, which is that of `home` and is left. */
  leave(home: string): void {
    for (const left of this.#left.values()) left.home ??= home;
    for (const identifier of this.#identifiers.inUse) {
      if (!this.#left.has(identifier)) this.#left.set(identifier, newlyLeft(identifier, home));
    }
    this.#limit();
  }

  /** The publication of this exchange in the session at hand is given up. The exchange is ended as soon as possible. */
  giveUp(identifier: number): void {
    const left = newlyLeft(identifier, undefined);
    this.#left.set(identifier, left);
    this.#limit();
    if (this.#link) this.#finish(left, this.#link);
  }

  /** The session of `home` has ended, and its exchanges with it. */
  forget(home: string): void {
    for (const left of this.#of(home)) this.#end(left);
  }

  /**
   * Ends the exchanges of `home`, whose session is at hand and continues over `transport`, and those that are given up
   * until detach(). `ended` is called after each.
   */
  finish(home: string, transport: Transport, ended: () => void): void {
    const link = { transport, ended };
    this.#link = link;
    for (const left of this.#of(home)) this.#finish(left, link);
  }

  /** The connection has ended, with `error` if not by us. */
  detach(error?: MqttFlowsError): void {
    this.#link = undefined;
    const now = this.#clock.now();
    for (const left of this.#left.values()) {
      if (error && left.releasedAt !== undefined && mayBeOver(error, left.releasedAt, now)) left.deaths++;
      left.releasedAt = undefined;
    }
  }

  /** One that has been tried too often keeps its identifier: the server may know it as long as the session lives. */
  #finish(left: Left, { transport, ended }: Link): void {
    if (left.tries >= TRIES || left.deaths >= DEADLY) return;
    left.tries++;
    left.releasedAt = this.#clock.now();
    this.#finishing++;
    transport.release(this.#outbound(left, ended));
  }

  #outbound(left: Left, ended: () => void): Outbound {
    return {
      publication: RELEASED,
      packetIdentifier: left.identifier,
      received() {},
      settled: this.#answers.await(({ kind }: PublishOutcome) => {
        this.#finishing--;
        if (kind === 'unconfirmed') return;
        this.#end(left);
        ended();
      }),
    };
  }

  #of(home: string): Left[] {
    return [...this.#left.values()].filter((left) => (left.home ?? home) === home);
  }

  #limit(): void {
    for (const left of this.#left.values()) {
      if (this.#left.size <= MOST) return;
      this.#end(left);
    }
  }

  #end(left: Left): void {
    const { identifier } = left;
    // After limit(), an answer may come for an identifier that is no longer its own.
    if (this.#left.get(identifier) !== left) return;
    this.#left.delete(identifier);
    this.#identifiers.free(identifier);
    this.#ended(identifier);
  }
}

function newlyLeft(identifier: number, home: string | undefined): Left {
  return { identifier, home, tries: 0, deaths: 0, releasedAt: undefined };
}
