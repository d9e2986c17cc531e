// The format *Buffer*: the bytes as they are.

import { type Codec, failure } from '../codec';
import { BYTES_TYPE, encodedBytes } from '../payload-by-type';

export const bytesCodec: Codec = {
  name: 'buffer',
  mediaTypes: [
    ...['application/octet-stream', 'application/pdf', 'application/wasm', 'image/*', 'audio/*', 'video/*', 'font/*'],
    ...['application/zip', 'application/gzip', 'application/x-gzip', 'application/x-tar', 'application/x-gtar'],
    ...['application/x-7z-compressed', 'application/x-bzip2', 'application/x-xz', 'application/zstd', '+zip', '+gzip'],
    ...['application/cbor', '+cbor', 'application/msgpack', 'application/x-msgpack', 'application/vnd.msgpack'],
    ...['application/protobuf', 'application/x-protobuf', 'application/vnd.google.protobuf', 'application/avro'],
  ],
  decode: (payload) => ({ ok: true, value: payload }),
  encode(value) {
    // A text is the bytes of its UTF-8; null is an empty payload.
    if (typeof value === 'string') return { ok: true, payload: value, contentType: BYTES_TYPE };
    if (value === null) return { ok: true, payload: '', contentType: undefined };
    return encodedBytes(value) ?? failure('notBytes', typeof value);
  },
};
