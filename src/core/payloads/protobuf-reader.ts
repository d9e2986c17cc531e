// Reads the fields of a Protobuf payload within the budget of values: two bytes can be a message, and one an element of a list.

import { MOST_VALUES, ValueBudget } from './value-budget';

type Library = typeof import('protobufjs');
type Reader = import('protobufjs').Reader;

/** What a list without tags is read by, and the bytes of each element; 0 where they differ. */
const LISTS = {
  ...{ uint32s: 0, int32s: 0, sint32s: 0, bools: 0, uint64s: 0, int64s: 0, sint64s: 0 },
  ...{ fixed32s: 4, sfixed32s: 4, floats: 4, fixed64s: 8, sfixed64s: 8, doubles: 8 },
} as const;

type ListName = keyof typeof LISTS;

/** By its library, of which there is one. */
const boundedReaders = new WeakMap<Library, new (payload: Buffer) => Reader>();

/** What protobufjs reads `payload` from. Reading throws a PayloadRefusal where it has more than MOST_VALUES values. */
export function protobufReader(protobuf: Library, payload: Buffer): Reader {
  // Each value has a byte at least.
  if (payload.length <= MOST_VALUES) return protobuf.Reader.create(payload);
  const known = boundedReaders.get(protobuf);
  const Bounded = known ?? boundedReader(protobuf);
  if (!known) boundedReaders.set(protobuf, Bounded);
  return new Bounded(payload);
}

function boundedReader({ BufferReader }: Library): new (payload: Buffer) => Reader {
  class BoundedReader extends BufferReader {
    readonly budget = new ValueBudget();

    /** Called for each field. A test shows it, since an older version of the library had no such method. */
    override tag(): number {
      this.budget.take(1);
      return super.tag();
    }

    /** Of the list that starts at its length. */
    takeElements(size: number): void {
      const { pos: start } = this;
      const end = this.size() + this.pos;
      const elements = size > 0 ? (end - this.pos) / size : this.#numbersTo(Math.min(end, this.len));
      this.pos = start;
      this.budget.take(elements);
    }

    /** Of each number of variable length, only the last byte has its highest bit clear. */
    #numbersTo(end: number): number {
      let numbers = 0;
      for (let at = this.pos; at < end; at++) if ((this.buf[at] ?? 0) < 0x80) numbers++;
      return numbers;
    }
  }
  for (const name of Object.keys(LISTS) as ListName[]) countElements(BoundedReader.prototype, name);
  return BoundedReader;
}

/** Makes the method `name` of `reader` take the elements of a list before it reads them. */
function countElements<T extends Record<ListName, (...parameters: never[]) => unknown>>(
  reader: T & { takeElements(size: number): void },
  name: ListName,
): void {
  const read = reader[name];
  Object.defineProperty(reader, name, {
    value(this: typeof reader, ...parameters: never[]): unknown {
      this.takeElements(LISTS[name]);
      return read.apply(this, parameters);
    },
  });
}
