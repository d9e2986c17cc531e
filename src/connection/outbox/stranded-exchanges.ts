// Exchanges of QoS 2 that were left behind when another server answered. When the one that they were left at is back with its
// session, it waits for their end: it counts them, and would take the next publication with such an identifier for the one
// that it has received (MQTT 5, section 4.3.3).

import type { PacketIdentifiers } from '../../core/publications/packet-identifiers';
import type { OutgoingPublication } from '../../core/publications/publication';
import type { Outbound, PublishOutcome, Transport } from '../../transport/transport';
import type { AnswerWatch } from '../answer-watch';

/** How many are remembered at most; there are three times as many identifiers. */
const MOST = 10_000;
/** Over how many connections their end is asked for: a server may end the connection over what it does not know. */
const TRIES = 2;
/** What PUBREL says nothing of. */
const RELEASED: OutgoingPublication = { topic: '', payload: '', qos: 2, retain: false };

interface Left {
  readonly identifier: number;
  /** Whose session it belongs to. */
  readonly home: string;
  tries: number;
}

export class LeftExchanges {
  readonly #identifiers: PacketIdentifiers;
  readonly #answers: AnswerWatch;
  /** By identifier, from the one that was left first; no other publication gets one of these. */
  readonly #left = new Map<number, Left>();
  #finishing = 0;

  constructor(identifiers: PacketIdentifiers, answers: AnswerWatch) {
    this.#identifiers = identifiers;
    this.#answers = answers;
  }

  /** How many the server has been asked to end, over this connection. */
  get finishing(): number {
    return this.#finishing;
  }

  /** All identifiers that are in use belong to exchanges that stay behind with the session of `home`. */
  leave(home: string): void {
    for (const identifier of this.#identifiers.inUse) {
      if (!this.#left.has(identifier)) this.#left.set(identifier, { identifier, home, tries: 0 });
    }
    for (const left of this.#left.values()) {
      if (this.#left.size <= MOST) return;
      this.#end(left);
    }
  }

  /** The session of `home` is gone, and they with it. */
  forget(home: string): void {
    for (const left of this.#of(home)) this.#end(left);
  }

  /** Ends those of `home`, whose session goes on over `transport`; `ended` is called after each. */
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
