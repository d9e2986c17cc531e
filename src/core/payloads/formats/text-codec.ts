// The format *text*: always a string. Bytes that are not UTF-8 become U+FFFD in it.

import type { Codec } from '../codec';
import { payloadByType } from '../payload-by-type';

export const textCodec: Codec = {
  name: 'string',
  mediaTypes: [
    ...['text/*', 'application/xml', '+xml', 'application/yaml', '+yaml'],
    ...['application/x-ndjson', 'application/json-seq', 'application/x-www-form-urlencoded'],
  ],
  decode: (payload) => ({ ok: true, value: payload.toString('utf8') }),
  encode: payloadByType,
};
