// The messages of the selected topic that this page has received, each decoded once.

import { numbersIn } from '../../core/sidebar/payload-numbers';
import type { ShownMessage } from '../../core/sidebar/sidebar-protocol';
import { type ReadPayload, readPayload } from './payload-view';

export interface LoggedMessage extends ShownMessage {
  readonly read: ReadPayload;
  /** By path. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** The most messages kept, so that an open page does not fill the memory. */
const MOST = 500;
const MOST_BYTES = 8 * 1024 * 1024;

export class MessageLog {
  #messages: LoggedMessage[] = [];
  #bytes = 0;

  /** Oldest first. */
  get messages(): readonly LoggedMessage[] {
    return this.#messages;
  }

  get latest(): LoggedMessage | undefined {
    return this.#messages.at(-1);
  }

  /** The sequence number of the last known message. */
  get after(): number {
    return this.latest?.sequence ?? 0;
  }

  add(news: readonly ShownMessage[]): void {
    for (const message of news) {
      const read = readPayload(message);
      this.#messages.push({ ...message, read, numbers: read.json ? numbersIn(read.json.value) : new Map() });
      this.#bytes += message.payload.length;
    }
    while (this.#messages.length > MOST || (this.#bytes > MOST_BYTES && this.#messages.length > 1)) {
      this.#bytes -= this.#messages.shift()?.payload.length ?? 0;
    }
  }

  clear(): void {
    this.#messages = [];
    this.#bytes = 0;
  }
}
