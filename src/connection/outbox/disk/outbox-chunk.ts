// Publications that were written to disk together, and the progress of each. The object lives as long as one of them
// waits. Their records are in core/outbox/record-chunk.ts.

/** Bytes of a mark: the progress of a publication, and its packet identifier. */
const MARK = 3;
const SENT = 1;
const RECEIVED = 2;
const THROUGH = 4;

/** The progress of the exchange with the server. */
export interface KeptExchange {
  readonly packetIdentifier: number;
  /** The server has received it (PUBREC). */
  readonly received: boolean;
}

export class OutboxChunk {
  /** Its number in the order of all chunks. */
  readonly number: number;
  /** The number of publications it was written with. */
  readonly count: number;
  /** The progress of each publication, as it is written to the store. */
  readonly marks: Buffer;
  #left: number;

  constructor(number: number, count: number) {
    this.number = number;
    this.count = count;
    this.marks = Buffer.alloc(count * MARK);
    this.#left = count;
  }

  /** The chunk with these marks. */
  static of(number: number, marks: Buffer): OutboxChunk {
    const chunk = new OutboxChunk(number, Math.floor(marks.length / MARK));
    marks.copy(chunk.marks);
    for (let index = 0; index < chunk.count; index++) if (chunk.isThrough(index)) chunk.#left--;
    return chunk;
  }

  /** Whether none of its publications waits any more. */
  get isEmpty(): boolean {
    return this.#left === 0;
  }

  isThrough(index: number): boolean {
    return this.marks[index * MARK] === THROUGH;
  }

  /** The publication at `index` is settled. */
  remove(index: number): void {
    if (this.isThrough(index)) return;
    this.#mark(index, THROUGH, 0);
    this.#left--;
  }

  /** The publication at `index` is in flight. */
  keepExchange(index: number, { packetIdentifier, received }: KeptExchange): void {
    this.#mark(index, received ? RECEIVED : SENT, packetIdentifier);
  }

  /** Forgets the exchange of the publication at `index`, which waits again. */
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
