// The items of a CBOR payload, read from one to the next without a look at their structure: each is a head (RFC 8949, section 3),
// and behind it the content, where it is bytes or text.

const BYTES = 2;
const TEXT = 3;
const INDEFINITE = 31;

export function majorOf(payload: Buffer, at: number): number {
  return (payload[at] ?? 0) >> 5;
}

export function isIndefinite(payload: Buffer, at: number): boolean {
  return ((payload[at] ?? 0) & 31) === INDEFINITE;
}

/** Whether the item at `at` is bytes or a text. */
export function isString(payload: Buffer, at: number): boolean {
  const major = majorOf(payload, at);
  return major === BYTES || major === TEXT;
}

/** The end of the head of the item at `at`, with its content where it is bytes or text. */
export function endOfItem(payload: Buffer, at: number): number {
  const { value, end } = argument(payload, at);
  // The content in chunks is items itself.
  return isString(payload, at) && !isIndefinite(payload, at) ? end + value : end;
}

/** The number in the head of an item: its additional information or what follows it. Throws where the payload ends before. */
export function argument(payload: Buffer, at: number): { readonly value: number; readonly end: number } {
  const information = (payload[at] ?? 0) & 31;
  if (information < 24 || information > 27) return { value: information, end: at + 1 };
  const size = 1 << (information - 24);
  if (at + 1 + size > payload.length) throw new Error('unexpected end of data');
  // A length beyond 2^53 is beyond every payload.
  const value = size === 8 ? Number(payload.readBigUInt64BE(at + 1)) : payload.readUIntBE(at + 1, size);
  return { value, end: at + 1 + size };
}

/** Whether `payload` has more than `most` items: elements, names, values, tags, chunks. */
export function hasMoreItems(payload: Buffer, most: number): boolean {
  // Each has a byte at least.
  if (payload.length <= most) return false;
  let items = 0;
  for (let at = 0; at < payload.length; at = endOfItem(payload, at)) if (++items > most) return true;
  return false;
}
