// The payload formats that the package brings. A new one is a file, a line here and a name in format.ts.

import { base64Codec } from './base64-codec';
import { bytesCodec } from './bytes-codec';
import type { Codec } from './codec';
import { detectCodec } from './detect-codec';
import type { BuiltInFormat } from './format';
import { jsonCodec } from './json-codec';
import { textCodec } from './text-codec';

const named: Readonly<Record<Exclude<BuiltInFormat, 'auto'>, Codec>> = {
  string: textCodec,
  json: jsonCodec,
  buffer: bytesCodec,
  base64: base64Codec,
};

const codecs: ReadonlyMap<string, Codec> = new Map(
  [detectCodec(Object.values(named)), ...Object.values(named)].map((codec) => [codec.name, codec]),
);

/** The codec of a format, or undefined when there is none of that name. */
export function findCodec(name: string): Codec | undefined {
  return codecs.get(name);
}
