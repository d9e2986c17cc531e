// The format *text*: the payload is UTF-8.

import type { Codec } from './codec';
import { mediaTypeByType, payloadByType } from './payload-by-type';

export const textCodec: Codec = {
  name: 'string',
  mediaTypes: ['text/*'],
  decode: (payload) => ({ ok: true, value: payload.toString('utf8') }),
  encode: payloadByType,
  mediaType: mediaTypeByType,
};
