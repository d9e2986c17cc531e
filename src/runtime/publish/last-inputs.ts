// The last message of each publish or request node whose dialog asks for it. While no dialog is open, nothing is kept.

import type { NodeAPI, NodeMessage } from 'node-red';
import { type Clock, systemClock } from '../../connection/clock';

/** ms without a question after which the message is given up */
const LEASE = 15_000;

interface Asked {
  message: NodeMessage | undefined;
  cancel: () => void;
}

export class LastInputs {
  readonly #clock: Clock;
  readonly #asked = new Map<string, Asked>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** A message has come to the node `id`. */
  note(RED: NodeAPI, id: string, message: NodeMessage): void {
    if (this.#asked.size === 0) return;
    const asked = this.#asked.get(id);
    // The flow may change its message.
    if (asked) asked.message = RED.util.cloneMessage(message);
  }

  /** The last message of the node `id` since it was first asked for. */
  of(id: string): NodeMessage | undefined {
    const asked = this.#asked.get(id);
    asked?.cancel();
    const cancel = this.#clock.after(LEASE, () => this.#asked.delete(id));
    if (asked) asked.cancel = cancel;
    else this.#asked.set(id, { message: undefined, cancel });
    return asked?.message;
  }
}

/** Of this process. */
export const lastInputs = new LastInputs();
