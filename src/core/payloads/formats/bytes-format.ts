// The format *Buffer*: the bytes as they are.

import { BYTES_TYPE, encodedBytes } from '../payload-by-type';
import type { PayloadFormat } from '../payload-format';
import { accepted, PayloadRefusal } from '../payload-refusal';

export const bytesFormat: PayloadFormat = {
  format: 'buffer',
  mediaType: BYTES_TYPE,
  mediaTypes: [
    ...['application/pdf', 'application/wasm', 'image/*', 'audio/*', 'video/*', 'font/*'],
    ...['application/zip', 'application/gzip', 'application/x-gzip', 'application/x-tar', 'application/x-gtar'],
    ...['application/x-7z-compressed', 'application/x-bzip2', 'application/x-xz', 'application/zstd', '+zip', '+gzip'],
    ...['application/cbor', '+cbor', 'application/msgpack', 'application/x-msgpack', 'application/vnd.msgpack'],
    ...['application/protobuf', 'application/x-protobuf', 'application/vnd.google.protobuf', 'application/avro'],
  ],
  checksDepth: true,
  decode: (payload) => payload,
  encode(value) {
    // A text is the bytes of its UTF-8; null is an empty payload.
    if (typeof value === 'string') return value;
    if (value === null) return { payload: '', contentType: undefined };
    const bytes = encodedBytes(value);
    if (!bytes) throw new PayloadRefusal('notBytes', typeof value);
    return accepted(bytes);
  },
};
