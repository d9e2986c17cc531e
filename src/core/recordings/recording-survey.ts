// What is in a recording: counts, times, and the branches from which a user chooses. Its memory is bounded.

import { type LineProblem, type ReadLine, readLine } from './read-line';

export interface Branch {
  /** A topic filter, such as `home/kitchen/#`. */
  readonly filter: string;
  readonly messages: number;
}

export interface RecordingSurvey {
  readonly messages: number;
  /** Lines that are neither messages nor notes. */
  readonly invalid: number;
  /** The first of them, counted from 1. */
  readonly firstInvalid?: { readonly line: number; readonly problem: LineProblem };
  /** Messages that a server would keep: with the retain flag. */
  readonly retained: number;
  /** ms since the epoch */
  readonly from?: number;
  readonly to?: number;
  readonly branches: readonly Branch[];
  /** There are more branches than these. */
  readonly more: boolean;
}

/** Levels of topics that are counted: enough to find a choice below a common beginning. */
const DEPTH = 4;
const MOST_LEVELS = 2000;
/** Characters of their names. A level may have 65,535. */
const MOST_CHARACTERS = 256 * 1024;
const MOST_BRANCHES = 100;

interface Level {
  messages: number;
  readonly below: Map<string, Level>;
}

export class Surveyor {
  readonly #root: Level = newLevel();
  #levels = 0;
  #characters = 0;
  #crowded = false;
  #lines = 0;
  #retained = 0;
  #invalid = 0;
  #firstInvalid: RecordingSurvey['firstInvalid'];
  #from: number | undefined;
  #to: number | undefined;

  /** Counts a line, undefined for one that is too long, and returns what it is. */
  add(line: string | undefined): ReadLine {
    this.#lines++;
    const read: ReadLine = line === undefined ? { kind: 'invalid', problem: 'tooLong' } : readLine(line);
    if (read.kind === 'invalid') {
      this.#invalid++;
      this.#firstInvalid ??= { line: this.#lines, problem: read.problem };
    }
    if (read.kind !== 'message') return read;
    const { topic, time, retain } = read.message;
    if (retain) this.#retained++;
    this.#from ??= time;
    this.#to = time ?? this.#to;
    this.#count(topic);
    return read;
  }

  get survey(): RecordingSurvey {
    const branches = branchesOf(this.#root);
    return {
      messages: this.#root.messages,
      invalid: this.#invalid,
      ...(this.#firstInvalid ? { firstInvalid: this.#firstInvalid } : {}),
      retained: this.#retained,
      ...(this.#from === undefined ? {} : { from: this.#from }),
      ...(this.#to === undefined ? {} : { to: this.#to }),
      branches: branches.slice(0, MOST_BRANCHES),
      more: this.#crowded || branches.length > MOST_BRANCHES,
    };
  }

  #count(topic: string): void {
    let level = this.#root;
    level.messages++;
    for (const name of topic.split('/', DEPTH)) {
      let below = level.below.get(name);
      if (!below) {
        if (this.#levels >= MOST_LEVELS || this.#characters + name.length > MOST_CHARACTERS) {
          this.#crowded = true;
          return;
        }
        this.#levels++;
        this.#characters += name.length;
        below = newLevel();
        level.below.set(name, below);
      }
      below.messages++;
      level = below;
    }
  }
}

function newLevel(): Level {
  return { messages: 0, below: new Map() };
}

/** The branches below the beginning that all topics share, those with the most messages first. */
function branchesOf(root: Level): Branch[] {
  let level = root;
  let path = '';
  for (let [only, ...others] = level.below; only && others.length === 0; [only, ...others] = level.below) {
    // Where a topic ends at this level, or nothing is below, there is no more to choose.
    if (only[1].below.size === 0 || sumBelow(only[1]) < only[1].messages) break;
    path += `${only[0]}/`;
    level = only[1];
  }
  return Array.from(level.below, ([name, { messages }]) => ({ filter: `${path}${name}/#`, messages })).sort(
    (a, b) => b.messages - a.messages,
  );
}

function sumBelow({ below }: Level): number {
  let sum = 0;
  for (const { messages } of below.values()) sum += messages;
  return sum;
}
