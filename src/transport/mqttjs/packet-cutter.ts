// Cuts a byte stream at the boundaries of MQTT packets (MQTT 5, section 2.1), and leaves out publications that are not
// admitted.

/** Kinds of packets that only pass through mqtt.js and may stay together. It handles the others itself. */
const TOGETHER: ReadonlySet<number> = new Set([
  3, // PUBLISH
  4, // PUBACK
  5, // PUBREC
  6, // PUBREL
  7, // PUBCOMP
  13, // PINGRESP
]);

/** The weights of the length bytes, four at most (section 1.5.5). */
const LENGTH_BYTES = [1, 128, 128 ** 2, 128 ** 3];

/**
 * Called for each publication at QoS 0 before it is read. False leaves it out, as if the network had lost it. The
 * server must not use topic aliases then: the publication left out may be the one that defines an alias.
 */
export type Admits = () => boolean;

/** Bytes after which a piece ends with the current packet, so that one read can be handed on in parts. */
export const PIECE = 8192;

const PUBLISH = 3;
/** The QoS bits in the first byte of a PUBLISH (section 3.3.1.2). */
const QOS_BITS = 0b110;

export class PacketCutter {
  readonly #limit: number;
  readonly #admits: Admits | undefined;
  #tooLarge: number | undefined;
  /** Remaining bytes of the current packet, once its length is known. */
  #left = 0;
  #readingLength = false;
  #length = 0;
  #factor = 1;
  #alone = false;
  /** Whether the current packet is a publication at QoS 0. */
  #droppable = false;
  #dropping = false;
  /** Whether the stream is not MQTT. The rest is not cut then. */
  #lost = false;

  /** `limit` is the largest allowed packet, in bytes. */
  constructor(limit = Number.POSITIVE_INFINITY, admits?: Admits) {
    this.#limit = limit;
    this.#admits = admits;
  }

  /**
   * The size in bytes of a packet that exceeds the limit, known from its first bytes; undefined when there was none.
   */
  get tooLarge(): number | undefined {
    return this.#tooLarge;
  }

  /**
   * `bytes` in pieces. A packet that mqtt.js handles itself is a piece of its own. A piece of other packets holds no
   * more than those that begin in its first PIECE bytes.
   */
  cut(bytes: Buffer): Buffer[] {
    const pieces: Buffer[] = [];
    let start = 0;
    let at = 0;
    /** Where the current packet begins, unless its beginning has been handed on. */
    let packet: number | undefined;
    const cutAt = (end: number): void => {
      if (end > start) pieces.push(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
      start = end;
    };
    while (at < bytes.length && !this.#lost) {
      if (this.#left === 0 && !this.#readingLength) {
        this.#begin(bytes[at] ?? 0);
        if (this.#alone) cutAt(at);
        packet = at++;
        continue;
      }
      if (this.#readingLength) {
        this.#readLength(bytes[at++] ?? 0);
        if (packet !== undefined && this.#isUnwanted()) {
          cutAt(packet);
          this.#dropping = true;
        }
      }
      const taken = this.#readingLength ? 0 : Math.min(this.#left, bytes.length - at);
      at += taken;
      this.#left -= taken;
      if (this.#left > 0 || this.#readingLength) continue;
      if (this.#dropping) start = at;
      else if (this.#alone || at - start >= PIECE) cutAt(at);
      this.#dropping = false;
    }
    if (this.#dropping) start = bytes.length;
    cutAt(bytes.length);
    return pieces;
  }

  #begin(first: number): void {
    this.#alone = !TOGETHER.has(first >> 4);
    this.#droppable = first >> 4 === PUBLISH && (first & QOS_BITS) === 0;
    this.#readingLength = true;
    this.#length = 0;
    this.#factor = 1;
  }

  /** Asks once for each packet, when its length has been read. */
  #isUnwanted(): boolean {
    if (!this.#admits || !this.#droppable || this.#readingLength || this.#lost) return false;
    return !this.#admits();
  }

  #readLength(byte: number): void {
    this.#length += (byte & 0x7f) * this.#factor;
    if (byte < 0x80) {
      this.#readingLength = false;
      this.#left = this.#length;
      const bytes = 1 + LENGTH_BYTES.indexOf(this.#factor) + 1 + this.#length;
      if (bytes > this.#limit) this.#tooLarge ??= bytes;
    } else if (this.#factor === LENGTH_BYTES.at(-1)) {
      this.#lost = true;
    } else {
      this.#factor *= 128;
    }
  }
}
