// QoS 2 exchanges that were abandoned when another server answered. When their server returns with its session, it
// waits for their end: it counts them, and would treat the next publication with such an identifier as the one that it
// has received (MQTT 5, section 4.3.3).

import type { PacketIdentifiers } from '../../core/publications/packet-identifiers';
import type { OutgoingPublication } from '../../core/publications/publication';
import type { Outbound, PublishOutcome, Transport } from '../../transport/transport';
import type { AnswerWatch } from '../answer-watch';

/** The most exchanges that are remembered. There are three times as many identifiers. */
const MOST = 10_000;
/**
 * The number of connections over which their end is requested: a server may end the connection because of an unknown
 * identifier.
 */
const TRIES = 2;
/** A placeholder: PUBREL carries no publication. */
const RELEASED: OutgoingPublication = { topic: '', payload: '', qos: 2, retain: false };

interface Left {
  readonly identifier: number;
  /** The session that it belongs to. */
  readonly home: string;
  tries: number;
}

export class LeftExchanges {
  readonly #identifiers: PacketIdentifiers;
  readonly #answers: AnswerWatch;
  /** By identifier, oldest first. No other publication gets one of these. */
  readonly #left = new Map<number, Left>();
  #finishing = 0;

  constructor(identifiers: PacketIdentifiers, answers: AnswerWatch) {
    this.#identifiers = identifiers;
    this.#answers = answers;
  }

  /** The number of exchanges that are being ended over this connection. */
  get finishing(): number {
    return this.#finishing;
  }

  /** All identifiers in use belong to exchanges that are abandoned with the session of `home`. */
  leave(home: string): void {
    for (const identifier of this.#identifiers.inUse) {
      if (!this.#left.has(identifier)) this.#left.set(identifier, { identifier, home, tries: 0 });
    }
    for (const left of this.#left.values()) {
      if (this.#left.size <= MOST) return;
      this.#end(left);
    }
  }

  /** The session of `home` has ended, and its exchanges with it. */
  forget(home: string): void {
    for (const left of this.#of(home)) this.#end(left);
  }

  /** Ends the exchanges of `home`, whose session continues over `transport`. `ended` is called after each. */
  finish(home: string, transport: Transport, ended: () => void): void {
    for (const left of this.#of(home)) {
      if (left.tries++ >= TRIES) this.#end(left);
      else {
        this.#finishing++;
        transport.release(this.#outbound(left, ended));
      }
    }
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
    return [...this.#left.values()].filter((left) => left.home === home);
  }

  #end({ identifier }: Left): void {
    this.#left.delete(identifier);
    this.#identifiers.free(identifier);
  }
}
