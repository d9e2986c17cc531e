// Writes acknowledgements to a stream: one write for each turn of the event loop, and no more than the server reads.

import type { Writable } from 'node:stream';

/** MQTT 5, section 2.1: packet type and flags of the first byte. */
export const PUBACK = 0x40;
export const PUBREC = 0x50;
export const PUBCOMP = 0x70;

/** The bytes that may wait to be read. 65,535 acknowledgements are fewer, so no honest server reaches it. */
const MAX_UNREAD = 512 * 1024;
/** The bytes after which a write happens at once. */
const PIECE = 4096;
/** The longest acknowledgement, which has a reason code. */
const LONGEST = 5;

export class AcknowledgementWriter {
  readonly #stream: Writable;
  readonly #overflow: () => void;
  readonly #piece = Buffer.allocUnsafe(PIECE);
  #length = 0;
  #scheduled = false;
  #unread = 0;

  /** `overflow` is called when the server does not read its acknowledgements. */
  constructor(stream: Writable, overflow: () => void) {
    this.#stream = stream;
    this.#overflow = overflow;
  }

  /** Only MQTT 5 has reason codes other than 0. */
  write(type: typeof PUBACK | typeof PUBREC | typeof PUBCOMP, identifier: number, reasonCode = 0): void {
    if (this.#length + LONGEST > PIECE) this.flush();
    const piece = this.#piece;
    piece[this.#length] = type;
    // A missing reason code means 0 (MQTT 5, section 3.4.2.1), and the packet equals that of MQTT 3.1.1.
    piece[this.#length + 1] = reasonCode === 0 ? 2 : 3;
    piece.writeUInt16BE(identifier, this.#length + 2);
    if (reasonCode !== 0) piece[this.#length + 4] = reasonCode;
    this.#length += reasonCode === 0 ? 4 : 5;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  /** Writes what waits for the end of this turn. */
  flush(): void {
    const length = this.#length;
    if (length === 0) return;
    this.#length = 0;
    if (!this.#stream.writable) return;
    this.#unread += length;
    // A copy, since the stream owns the bytes until they have left.
    this.#stream.write(Buffer.from(this.#piece.subarray(0, length)), () => {
      this.#unread -= length;
    });
    if (this.#unread > MAX_UNREAD) this.#overflow();
  }
}
