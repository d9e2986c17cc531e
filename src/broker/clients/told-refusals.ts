// Which refusals of one client have been reported: each is told once. The client decides how many there are, and how long.

import type { ReasonCode } from '../wire/reason';

/** The most different refusals that are told, and characters of a topic that tell one from another. */
const MOST = 100;
const LONGEST = 1000;

/** What a client is refused. */
export type RefusedAction = 'publish' | 'subscribe' | 'retain';

export class ToldRefusals {
  /** Made when first needed: most clients are refused nothing. */
  #told: Set<string> | undefined;

  /** Whether this refusal is to be told. The next one like it is not. */
  admit(what: RefusedAction, reasonCode: ReasonCode, topic: string): boolean {
    const told = `${what} ${reasonCode} ${topic.length > LONGEST ? '' : topic}`;
    this.#told ??= new Set();
    if (this.#told.has(told) || this.#told.size >= MOST) return false;
    this.#told.add(told);
    return true;
  }
}
