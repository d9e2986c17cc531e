// The names of the built-in payload formats; find-codec.ts has what each does. Runs in the editor too.

/** In the order of the dialogs. */
export const BUILT_IN_FORMATS = ['auto', 'string', 'text-or-bytes', 'json', 'buffer', 'base64'] as const;

export type BuiltInFormat = (typeof BUILT_IN_FORMATS)[number];
