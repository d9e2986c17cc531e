// Which lines the log gets when strangers decide how much happens: a few of each kind in a while, and not too many at all.

import { Buffer } from 'node:buffer';

/** ms in which a line of one kind is told a few times, and then counted */
const WHILE = 600_000;
const A_FEW = 5;
/** ms in which so many lines of all kinds are told, and then counted */
const MOMENT = 60_000;
const MANY = 60;
/** Kinds that are remembered, and characters of a longer one by which it is told from others. */
const KINDS = 2000;
const LONGEST = 300;

interface Told {
  /** When the while began, in ms. */
  readonly since: number;
  count: number;
}

/** What is to be told with a line: how often it has been left out before, and how many lines of any kind. */
interface Admitted {
  readonly repeats: number;
  readonly others: number;
}

export class ToldLines {
  readonly #now: () => number;
  readonly #kinds = new Map<string, Told>();
  #moment = Number.NEGATIVE_INFINITY;
  #inMoment = 0;

  /** `now` in ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether a line of this kind is to be told now; undefined when it is only counted. */
  admit(text: string): Admitted | undefined {
    const kind = shortened(text);
    const now = this.#now();
    const before = this.#kinds.get(kind);
    const goesOn = before !== undefined && now - before.since < WHILE;
    if (goesOn && ++before.count > A_FEW) return undefined;
    if (now - this.#moment < MOMENT && this.#inMoment >= MANY) {
      this.#inMoment++;
      return undefined;
    }
    const others = now - this.#moment < MOMENT ? 0 : this.#begin(now);
    this.#inMoment++;
    if (goesOn) return { repeats: 0, others };
    this.#remember(kind, now);
    return { repeats: Math.max(0, (before?.count ?? 0) - A_FEW), others };
  }

  /** Begins another moment; the number of lines that the one before had no room for. */
  #begin(now: number): number {
    const left = Math.max(0, this.#inMoment - MANY);
    this.#moment = now;
    this.#inMoment = 0;
    return left;
  }

  #remember(kind: string, now: number): void {
    this.#kinds.delete(kind);
    if (this.#kinds.size >= KINDS) {
      const oldest = this.#kinds.keys().next();
      if (!oldest.done) this.#kinds.delete(oldest.value);
    }
    this.#kinds.set(kind, { since: now, count: 1 });
  }
}

/** A part of a text keeps all of it in memory, unless it is copied. */
function shortened(text: string): string {
  return text.length > LONGEST ? Buffer.from(text.slice(0, LONGEST)).toString() : text;
}
