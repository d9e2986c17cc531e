// Publications that were written to disk together, and how far each of them has come. In memory it lives as long as one of
// its publications does; their records are core/outbox/record-chunk.ts's.

/** bytes of a mark: how far a publication has come, and its packet identifier */
const MARK = 3;
const SENT = 1;
const RECEIVED = 2;
const THROUGH = 4;

/** How far the exchange of a publication with the server had come. */
export interface KeptExchange {
  readonly packetIdentifier: number;
  /** The server has received it (PUBREC). */
  readonly received: boolean;
}

export class OutboxChunk {
  /** Its place in the order of all. */
  readonly number: number;
  /** How many publications it was written with. */
  readonly count: number;
  /** What is known of each of them, as it is written to the store. */
  readonly marks: Buffer;
  #left: number;

  constructor(number: number, count: number) {
    this.number = number;
    this.count = count;
    this.marks = Buffer.alloc(count * MARK);
    this.#left = count;
  }

  /** The chunk that these marks are of. */
  static of(number: number, marks: Buffer): OutboxChunk {
    const chunk = new OutboxChunk(number, Math.floor(marks.length / MARK));
    marks.copy(chunk.marks);
    for (let index = 0; index < chunk.count; index++) if (chunk.isThrough(index)) chunk.#left--;
    return chunk;
  }

  /** None of its publications waits any more. */
  get isEmpty(): boolean {
    return this.#left === 0;
  }

  isThrough(index: number): boolean {
    return this.marks[index * MARK] === THROUGH;
  }

  /** The publication at `index` has come to its end. */
  remove(index: number): void {
    if (this.isThrough(index)) return;
    this.#mark(index, THROUGH, 0);
    this.#left--;
  }

  /** The publication at `index` is on its way. */
  keepExchange(index: number, { packetIdentifier, received }: KeptExchange): void {
    this.#mark(index, received ? RECEIVED : SENT, packetIdentifier);
  }

  /** Nothing is known any more of the exchange of the publication at `index`, which waits. */
  endExchange(index: number): void {
    if (!this.isThrough(index)) this.#mark(index, 0, 0);
  }

  exchangeOf(index: number): KeptExchange | undefined {
    const state = this.marks[index * MARK];
    if (state !== SENT && state !== RECEIVED) return undefined;
    return { packetIdentifier: this.marks.readUInt16LE(index * MARK + 1), received: state === RECEIVED };
  }

  #mark(index: number, state: number, packetIdentifier: number): void {
    this.marks[index * MARK] = state;
    this.marks.writeUInt16LE(packetIdentifier, index * MARK + 1);
  }
}
