// The format *text*: always a string. Bytes that are not UTF-8 become U+FFFD in it.

import { payloadByType, TEXT_TYPE } from '../payload-by-type';
import type { PayloadFormat } from '../payload-format';
import { accepted } from '../payload-refusal';

export const textFormat: PayloadFormat = {
  format: 'string',
  mediaType: TEXT_TYPE,
  mediaTypes: [
    ...['text/*', 'application/xml', '+xml', 'application/yaml', '+yaml'],
    ...['application/x-ndjson', 'application/json-seq', 'application/x-www-form-urlencoded'],
  ],
  checksDepth: true,
  decode: (payload) => payload.toString('utf8'),
  encode: (value) => accepted(payloadByType(value)),
};
