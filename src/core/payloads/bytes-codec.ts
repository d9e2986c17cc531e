// The format *Buffer*: the bytes as they are.

import { type Codec, failure } from './codec';
import { BYTES_TYPE, payloadByType } from './payload-by-type';

export const bytesCodec: Codec = {
  name: 'buffer',
  mediaTypes: ['application/octet-stream'],
  decode: (payload) => ({ ok: true, value: payload }),
  encode: (value) =>
    value instanceof Uint8Array || typeof value === 'string' ? payloadByType(value) : failure('notBytes', typeof value),
  mediaType: () => BYTES_TYPE,
};
