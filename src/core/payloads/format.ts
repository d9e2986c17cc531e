// The names of the built-in payload formats and compressions; formats/built-in-formats.ts has what each does. Runs in the editor
// too.

/** In the order of the dialogs. */
export const BUILT_IN_FORMATS = [
  'auto',
  'string',
  'text-or-bytes',
  'json',
  'buffer',
  'base64',
  'hex',
  'cbor',
  'messagepack',
  'protobuf',
  'sparkplug',
] as const;

export type BuiltInFormat = (typeof BUILT_IN_FORMATS)[number];

/** Each may stand before a format and a plus sign: `gzip+json`. zstd needs Node.js 22.15. */
export const COMPRESSIONS = ['gzip', 'deflate', 'brotli', 'zstd'] as const;

export type Compression = (typeof COMPRESSIONS)[number];

/** A format as it is saved, such as `gzip+cbor`, in its parts. */
export function splitFormat(saved: string): { readonly compression: Compression | undefined; readonly format: string } {
  const plus = saved.indexOf('+');
  const before = saved.slice(0, Math.max(plus, 0));
  const compression = COMPRESSIONS.find((name) => name === before);
  return compression ? { compression, format: saved.slice(plus + 1) } : { compression: undefined, format: saved };
}
