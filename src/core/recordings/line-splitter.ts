// Cuts the bytes of a file into lines, with bounded memory: a line that is too long is left out and counted.

import { LARGEST_PAYLOAD } from './message-line';

/** Bytes of a line: the largest payload as base64, or as text with escapes, with its topic and properties. */
const LONGEST_LINE = 2 * LARGEST_PAYLOAD + 1024 * 1024;

const LINE_FEED = 10;

export class LineSplitter {
  readonly #longest: number;
  #parts: Buffer[] = [];
  #length = 0;
  /** The rest of a line that is too long is passed over. */
  #skipping = false;

  constructor(longest = LONGEST_LINE) {
    this.#longest = longest;
  }

  /** Whether bytes came after the last line feed. */
  get unfinished(): boolean {
    return this.#length > 0 || this.#skipping;
  }

  /** The lines that end in `chunk`, without line feeds; undefined in the place of one that is too long. */
  push(chunk: Buffer): (string | undefined)[] {
    const lines: (string | undefined)[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      this.#add(chunk.subarray(from, end));
      lines.push(this.#take());
      from = end + 1;
    }
    this.#add(chunk.subarray(from));
    return lines;
  }

  /** What came after the last line feed, once there are no more bytes. */
  end(): (string | undefined)[] {
    return this.unfinished ? [this.#take()] : [];
  }

  #add(part: Buffer): void {
    if (this.#skipping || part.length === 0) return;
    this.#length += part.length;
    if (this.#length > this.#longest) {
      this.#skipping = true;
      this.#parts = [];
    } else this.#parts.push(part);
  }

  #take(): string | undefined {
    const [first] = this.#parts;
    const whole = this.#parts.length === 1 && first ? first : Buffer.concat(this.#parts);
    const line = this.#skipping ? undefined : whole.toString();
    this.#parts = [];
    this.#length = 0;
    this.#skipping = false;
    return line;
  }
}
