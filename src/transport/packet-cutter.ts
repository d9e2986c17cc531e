// Cuts what comes over a stream where MQTT packets begin and end (MQTT 5, section 2.1).

/** Kinds of packets that only go through mqtt.js: they may stay together. The others it handles itself. */
const TOGETHER: ReadonlySet<number> = new Set([
  3, // PUBLISH
  4, // PUBACK
  5, // PUBREC
  6, // PUBREL
  7, // PUBCOMP
  13, // PINGRESP
]);

/** Four bytes at most say how long a packet is (section 1.5.5): the weight of each. */
const LENGTH_BYTES = [1, 128, 128 ** 2, 128 ** 3];

export class PacketCutter {
  readonly #limit: number;
  #tooLarge: number | undefined;
  /** Bytes of the packet under way that are still to come, once its length is known. */
  #left = 0;
  #readingLength = false;
  #length = 0;
  #factor = 1;
  #alone = false;
  /** What comes is no MQTT: the rest is not cut. */
  #lost = false;

  /** `limit` is the largest packet that may come, in bytes. */
  constructor(limit = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
  }

  /** The bytes of a packet that is larger than it may be, known from its first bytes; undefined when there was none. */
  get tooLarge(): number | undefined {
    return this.#tooLarge;
  }

  /** `bytes` in pieces: of a packet that mqtt.js handles itself, no piece holds more than that packet. */
  cut(bytes: Buffer): Buffer[] {
    const pieces: Buffer[] = [];
    let start = 0;
    let at = 0;
    const cutAt = (end: number): void => {
      if (end > start) pieces.push(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
      start = end;
    };
    while (at < bytes.length && !this.#lost) {
      if (this.#left === 0 && !this.#readingLength) {
        this.#alone = !TOGETHER.has((bytes[at] ?? 0) >> 4);
        if (this.#alone) cutAt(at);
        this.#begin();
        at++;
        continue;
      }
      if (this.#readingLength) this.#readLength(bytes[at++] ?? 0);
      const taken = this.#readingLength ? 0 : Math.min(this.#left, bytes.length - at);
      at += taken;
      this.#left -= taken;
      if (this.#left === 0 && !this.#readingLength && this.#alone) cutAt(at);
    }
    cutAt(bytes.length);
    return pieces;
  }

  #begin(): void {
    this.#readingLength = true;
    this.#length = 0;
    this.#factor = 1;
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
