// Writes acknowledgements to a stream: those of one moment in one piece, and no more than the other side reads.

import type { Writable } from 'node:stream';

/** MQTT 5, section 2.1: packet type and flags of the first byte. */
export const PUBACK = 0x40;
export const PUBREC = 0x50;
export const PUBCOMP = 0x70;

/** Bytes that may wait to be read. No honest server lets that many publications come: 65,535 packets are less. */
const MAX_UNREAD = 512 * 1024;
/** Bytes after which a piece is written at once. */
const PIECE = 4096;
/** The longest acknowledgement: with a reason code. */
const LONGEST = 5;

export class AcknowledgementWriter {
  readonly #stream: Writable;
  readonly #overflow: () => void;
  readonly #piece = Buffer.allocUnsafe(PIECE);
  #length = 0;
  #scheduled = false;
  #unread = 0;

  /** `overflow` is called when the other side does not read what it asked for. */
  constructor(stream: Writable, overflow: () => void) {
    this.#stream = stream;
    this.#overflow = overflow;
  }

  /** A reason code other than 0 is for MQTT 5 alone. */
  write(type: typeof PUBACK | typeof PUBREC | typeof PUBCOMP, identifier: number, reasonCode = 0): void {
    if (this.#length + LONGEST > PIECE) this.flush();
    const piece = this.#piece;
    piece[this.#length] = type;
    // Without a reason code it is 0 (MQTT 5, section 3.4.2.1), and looks as it does in MQTT 3.1.1.
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

  /** Writes now what waits for the end of this moment. */
  flush(): void {
    const length = this.#length;
    if (length === 0) return;
    this.#length = 0;
    if (!this.#stream.writable) return;
    this.#unread += length;
    // A copy: what is written belongs to the stream until it has left.
    this.#stream.write(Buffer.from(this.#piece.subarray(0, length)), () => {
      this.#unread -= length;
    });
    if (this.#unread > MAX_UNREAD) this.#overflow();
  }
}
