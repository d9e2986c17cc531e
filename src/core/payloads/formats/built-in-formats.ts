// The payload formats that the package brings. A new one is a file of this room, a line here and a name in ../format.ts.

import type { PayloadFormat } from '../payload-format';
import { base64Format } from './base64-format';
import { bytesFormat } from './bytes-format';
import { cborFormat } from './cbor-format';
import { hexFormat } from './hex-format';
import { jsonFormat } from './json-format';
import { messagePackFormat } from './messagepack-format';
import { protobufFormat } from './protobuf-format';
import { sparkplugFormat } from './sparkplug-format';
import { textFormat } from './text-format';
import { textOrBytesFormat } from './text-or-bytes-format';

/** For *detect*, a later one wins where two have a content type. */
export const BUILT_IN: readonly PayloadFormat[] = [
  textFormat,
  textOrBytesFormat,
  jsonFormat,
  bytesFormat,
  base64Format,
  hexFormat,
  cborFormat,
  messagePackFormat,
  protobufFormat,
  sparkplugFormat,
];
