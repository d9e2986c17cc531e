// The payload formats that the package brings. A new one is a file of this room, a line here and a name in ../format.ts.

import type { Codec } from '../codec';
import type { BuiltInFormat } from '../format';
import type { LargeIntegers } from '../large-numbers';
import { base64Codec } from './base64-codec';
import { bytesCodec } from './bytes-codec';
import { detectCodec } from './detect-codec';
import { jsonCodec } from './json-codec';
import { textCodec } from './text-codec';
import { textOrBytesCodec } from './text-or-bytes-codec';

const json = jsonCodec('text');
const jsonWithBigInts = jsonCodec('bigint');

const codecs: Readonly<Record<BuiltInFormat, Codec>> = {
  auto: detectCodec([textCodec, json, bytesCodec]),
  'text-or-bytes': textOrBytesCodec,
  string: textCodec,
  json,
  buffer: bytesCodec,
  base64: base64Codec,
};

const byName: ReadonlyMap<string, Codec> = new Map(Object.entries(codecs));

/** The codec of a format, or undefined when there is none of that name. `largeIntegers` counts for JSON alone. */
export function findCodec(name: string, largeIntegers: LargeIntegers = 'text'): Codec | undefined {
  const codec = byName.get(name);
  return codec === json && largeIntegers === 'bigint' ? jsonWithBigInts : codec;
}
