// The messages of the selected topic that this page has received, each decoded once.

import { numbersIn, numbersInText } from '../../core/sidebar/payload-numbers';
import { readShown } from '../../core/sidebar/shown-value';
import type { ShownMessage } from '../../core/sidebar/sidebar-protocol';
import { type ReadPayload, readPayload } from './payload-view';

/** What a format has made of a payload, or a sentence that says why it could not. */
export type DecodedPayload =
  | { readonly ok: true; readonly format: string; readonly value: unknown }
  | { readonly ok: false; readonly format: string; readonly problem: string; readonly detail: string };

export interface LoggedMessage extends ShownMessage {
  readonly read: ReadPayload;
  /** Undefined where no format but text, JSON or bytes was asked for. */
  readonly decoded: DecodedPayload | undefined;
}

/** The most messages kept, so that an open page does not fill the memory. */
const MOST = 500;
const MOST_BYTES = 8 * 1024 * 1024;

const NO_NUMBERS: ReadonlyMap<string, number> = new Map();

export class MessageLog {
  #messages: LoggedMessage[] = [];
  #bytes = 0;
  #format = '';
  /** What is here has been read in another format, and stays until it comes again. */
  #outdated = false;
  #generation = 0;
  #counted: { readonly message: LoggedMessage; readonly numbers: ReadonlyMap<string, number> } | undefined;

  /** Changes when the messages are others: of another topic, or read in another format. */
  get generation(): number {
    return this.#generation;
  }

  /** Oldest first. */
  get messages(): readonly LoggedMessage[] {
    return this.#messages;
  }

  get latest(): LoggedMessage | undefined {
    return this.#messages.at(-1);
  }

  /** The numbers of the latest message, by path. */
  get numbers(): ReadonlyMap<string, number> {
    const { latest } = this;
    if (!latest) return NO_NUMBERS;
    if (latest !== this.#counted?.message) this.#counted = { message: latest, numbers: numbersOf(latest) };
    return this.#counted.numbers;
  }

  /** The sequence number of the last known message. */
  get after(): number {
    return this.#outdated ? 0 : (this.latest?.sequence ?? 0);
  }

  /** The format that was chosen; blank for none. */
  get format(): string {
    return this.#format;
  }

  /** Asks for the messages again, in another format. */
  readAs(format: string): void {
    if (format === this.#format) return;
    this.#format = format;
    this.#outdated = true;
  }

  add(news: readonly ShownMessage[]): void {
    if (this.#outdated) this.#empty();
    for (const message of news) {
      this.#messages.push(logged(message));
      this.#bytes += message.payload.length;
    }
    while (this.#messages.length > MOST || (this.#bytes > MOST_BYTES && this.#messages.length > 1)) {
      this.#bytes -= this.#messages.shift()?.payload.length ?? 0;
    }
  }

  clear(): void {
    this.#format = '';
    this.#empty();
  }

  #empty(): void {
    this.#messages = [];
    this.#bytes = 0;
    this.#outdated = false;
    this.#generation++;
  }
}

/** A message with its payload read. */
export function logged(message: ShownMessage): LoggedMessage {
  const { shown } = message;
  const decoded = shown?.ok ? { ok: true as const, format: shown.format, value: readShown(shown.value) } : shown;
  const read = readPayload(message);
  return { ...message, read, decoded };
}

function numbersOf({ decoded, read, size }: LoggedMessage): ReadonlyMap<string, number> {
  if (decoded) return decoded.ok ? numbersIn(decoded.value) : NO_NUMBERS;
  return read.text === undefined || size > read.bytes.length ? NO_NUMBERS : numbersInText(read.text);
}
