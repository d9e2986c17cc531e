// The format *MessagePack*: numbers, texts, bytes, times and nested values in few bytes.

import type { ExtensionCodecType } from '@msgpack/msgpack';
import { detailOf } from '../../errors/thrown-value';
import { bytesOf } from '../bytes-value';
import { flowValue } from '../flow-value';
import { TOO_DEEP } from '../json-text';
import { type LargeIntegers, MOST_LEVELS } from '../large-numbers';
import type { PayloadFormat } from '../payload-format';
import { accepted, PayloadRefusal } from '../payload-refusal';
import { hiddenType, isPlain } from '../plain-object';
import { ValueBudget } from '../value-budget';

const MESSAGEPACK_TYPE = 'application/vnd.msgpack';

/** What an object holds that MessagePack has no form for; the library would send an empty object in its place. */
const LOST = new Set(['Error', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'Promise', 'RegExp']);
const LEAST_INT64 = -(2n ** 63n);
const MOST_UINT64 = 2n ** 64n - 1n;

const TOO_DEEP_INSIDE = new RangeError('too deep');

interface MessagePack {
  decode(payload: Buffer): unknown;
  encode(value: unknown): Uint8Array;
}

let loaded: MessagePack | undefined;

/** Loads the library when the first payload wants it. */
function messagePack(): MessagePack {
  loaded ??= load();
  return loaded;
}

function load(): MessagePack {
  const library: typeof import('@msgpack/msgpack') = require('@msgpack/msgpack');
  const { Decoder, Encoder, ExtData, EXT_TIMESTAMP, encodeTimestampExtension, decodeTimestampExtension } = library;
  const extensionCodec: ExtensionCodecType<undefined> = {
    /** Called for each object and array, before the library looks at it. */
    tryToEncode(value) {
      if (value instanceof ExtData) return value;
      const type = Object.prototype.toString.call(value).slice(8, -1);
      if (type === 'Date') {
        // The Date may be of another realm, which the library does not know.
        const date = new Date(Number(value));
        // The library would send 1970.
        if (Number.isNaN(date.getTime())) throw new TypeError(String(date));
        const data = encodeTimestampExtension(date);
        return data ? new ExtData(EXT_TIMESTAMP, data) : null;
      }
      refuseLosses(value, type);
      return null;
    },
    // An extension of somebody's own is kept as it came, and can be sent again.
    decode: (data, type) => (type === EXT_TIMESTAMP ? decodeTimestampExtension(data) : new ExtData(type, data)),
  };
  const reading = { extensionCodec, context: undefined, useBigInt64: true };
  const writing = { extensionCodec, context: undefined, useBigInt64: true, maxDepth: MOST_LEVELS };
  const BoundedDecoder = boundedDecoder(Decoder);
  return {
    decode: (payload) => new BoundedDecoder(reading, payload.length).decode(payload),
    encode: (value) => new Encoder(writing).encode(sendable(value)),
  };
}

type Library = typeof import('@msgpack/msgpack');
type Options = import('@msgpack/msgpack').DecoderOptions<undefined>;

/** What the library's decoder has, and its types keep to themselves. */
interface Sizes {
  readonly stack: { readonly length: number };
  pushArrayState(size: number): void;
  pushMapState(size: number): void;
}

/**
 * The library makes room for all entries that an array claims before it reads one, and at every level: 2,000 bytes took 300
 * MB, and 20,000 ended the process. No payload has more entries than bytes, however they are nested, and none may have more
 * than MOST_VALUES.
 */
function boundedDecoder(
  Decoder: Library['Decoder'],
): new (
  options: Options,
  bytes: number,
) => { decode(payload: Buffer): unknown } {
  // Both methods are there in the version that package-lock.json names; a test shows that they are called.
  const base = Decoder.prototype as unknown as Sizes;
  class BoundedDecoder extends Decoder {
    #left: number;
    readonly #budget = new ValueBudget();

    constructor(options: Options, bytes: number) {
      super(options);
      this.#left = bytes;
    }

    static take(decoder: BoundedDecoder, size: number): void {
      decoder.#left -= size;
      if (decoder.#left < 0) throw new RangeError('it claims more entries than it has bytes');
      if ((decoder as unknown as Sizes).stack.length > MOST_LEVELS) throw TOO_DEEP_INSIDE;
      decoder.#budget.take(size);
    }
  }
  const bounded = BoundedDecoder.prototype as unknown as Sizes;
  bounded.pushArrayState = function (this: BoundedDecoder, size) {
    BoundedDecoder.take(this, size);
    base.pushArrayState.call(this, size);
  };
  bounded.pushMapState = function (this: BoundedDecoder, size) {
    // A name and a value have a byte each at least.
    BoundedDecoder.take(this, 2 * size);
    base.pushMapState.call(this, size);
  };
  return BoundedDecoder;
}

function refuseLosses(value: unknown, type: string): void {
  if (LOST.has(type)) throw new TypeError(type);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  const hidden = hiddenType(value);
  if (hidden !== undefined) throw new TypeError(hidden);
  for (const entry of Object.values(value)) if (typeof entry === 'bigint') refuseLarge(entry);
}

/** The library would send the lowest 64 bits. */
function refuseLarge(value: bigint): void {
  if (value < LEAST_INT64 || value > MOST_UINT64) throw new RangeError(`BigInt ${value}`);
}

/** `value` with Maps as objects and bytes as Buffers; itself where it has none of them. */
function sendable(value: unknown, level = 0): unknown {
  if (typeof value === 'bigint') refuseLarge(value);
  if (typeof value !== 'object' || value === null || level > MOST_LEVELS) return value;
  // The library takes views of bytes as they are.
  if (ArrayBuffer.isView(value)) return value;
  const bytes = bytesOf(value);
  if (bytes) return bytes;
  if (isMap(value)) return sendable(objectOf(value), level);
  if (Array.isArray(value)) return sendableList(value, level);
  return isPlain(value) ? sendableNames(value, level) : value;
}

/** A copy from the first entry on that differs; each is looked at once. */
function sendableList(list: readonly unknown[], level: number): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (const [index, entry] of list.entries()) {
    const ready = sendable(entry, level + 1);
    if (ready === entry) continue;
    copy ??= [...list];
    copy[index] = ready;
  }
  return copy ?? list;
}

function sendableNames(names: object, level: number): object {
  const entries = Object.entries(names);
  const ready = sendableList(
    entries.map(([, entry]): unknown => entry),
    level,
  );
  if (entries.every(([, entry], index) => entry === ready[index])) return names;
  return Object.fromEntries(entries.map(([name], index) => [name, ready[index]]));
}

/** In every realm. */
function isMap(value: object): value is Map<unknown, unknown> {
  return Object.prototype.toString.call(value) === '[object Map]';
}

function objectOf(map: Map<unknown, unknown>): object {
  for (const name of map.keys()) if (typeof name !== 'string') throw new TypeError(`Map with a ${typeof name} as key`);
  return Object.fromEntries(map as Map<string, unknown>);
}

export const messagePackFormat: PayloadFormat = {
  format: 'messagepack',
  mediaType: MESSAGEPACK_TYPE,
  mediaTypes: ['application/msgpack', 'application/x-msgpack', '+msgpack'],
  checksDepth: true,
  // An empty payload is a topic that was cleared.
  decode: (payload, { largeIntegers }) => (payload.length === 0 ? '' : decodeMessagePack(payload, largeIntegers)),
  encode(value) {
    try {
      return messagePack().encode(value);
    } catch (error) {
      throw new PayloadRefusal('noBinaryForm', detailOf(error));
    }
  },
};

function decodeMessagePack(payload: Buffer, largeIntegers: LargeIntegers): unknown {
  let decoded: unknown;
  try {
    decoded = messagePack().decode(payload);
  } catch (error) {
    if (error instanceof PayloadRefusal) throw error;
    if (error === TOO_DEEP_INSIDE) throw new PayloadRefusal(TOO_DEEP.problem, TOO_DEEP.detail);
    throw new PayloadRefusal('notMessagePack', detailOf(error));
  }
  return accepted(flowValue(decoded, largeIntegers)).value;
}
