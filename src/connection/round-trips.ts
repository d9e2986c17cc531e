// Tells when everything that a server has sent so far has arrived, however slow the server, the link or this process is:
// a server answers PINGREQ after what it sent before.

import type { Transport } from '../transport/transport';
import type { AnswerWatch } from './answer-watch';
import type { Clock } from './clock';

/** ms between two looks at whether PINGRESP can be read */
const LOOK = 250;

type Link = Pick<Transport, 'ping' | 'reading' | 'unacknowledged'>;

export class RoundTrips {
  readonly #clock: Clock;
  readonly #answers: AnswerWatch;
  #transport: Link | undefined;

  constructor(clock: Clock, answers: AnswerWatch) {
    this.#clock = clock;
    this.#answers = answers;
  }

  attach(transport: Link): void {
    this.#transport = transport;
  }

  detach(): void {
    this.#transport = undefined;
  }

  /**
   * Calls `done` once, in a turn of its own, when all that the server sent before has arrived; never, when the
   * connection ends first. `free` says that the server's window held nothing back: all was acknowledged. While reading
   * is stopped, nothing can be known, and `free` is false. Returns a function that cancels it.
   */
  begin(done: (free: boolean) => void): () => void {
    const transport = this.#transport;
    if (!transport) return () => {};
    const end = (free: boolean): void => {
      cancel();
      cancel = this.#clock.after(0, () => {
        if (this.#transport === transport) done(free);
      });
    };
    let over = false;
    let cancel = this.#look(transport, () => {
      over = true;
      end(false);
    });
    const free = transport.unacknowledged === 0;
    const answered = (): void => {
      if (!over) end(free);
    };
    transport.ping(this.#answers.await<void>(answered));
    return () => {
      over = true;
      cancel();
    };
  }

  /** Calls `stopped` when reading has stopped: PINGRESP may wait behind what only the end of the wait would let go. */
  #look(transport: Link, stopped: () => void): () => void {
    let cancel = (): void => {};
    const look = (): void => {
      if (this.#transport !== transport) return;
      if (!transport.reading) stopped();
      else cancel = this.#clock.after(LOOK, look);
    };
    cancel = this.#clock.after(LOOK, look);
    return () => cancel();
  }
}
