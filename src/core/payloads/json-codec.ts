// The format *JSON*: every value is JSON, a text as well.

import type { Codec } from './codec';
import { jsonFrom, parseJson } from './json-text';
import { JSON_TYPE } from './payload-by-type';

export const jsonCodec: Codec = {
  name: 'json',
  mediaTypes: ['application/json', '+json'],
  decode: (payload) => parseJson(payload.toString('utf8')),
  encode: jsonFrom,
  mediaType: () => JSON_TYPE,
};
