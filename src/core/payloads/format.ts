// The names of the built-in payload formats; codec.ts implements them. Runs in the editor too.

/** In the order of the dialogs. */
export const BUILT_IN_FORMATS = ['auto', 'string', 'json', 'buffer', 'base64'] as const;

export type BuiltInFormat = (typeof BUILT_IN_FORMATS)[number];
