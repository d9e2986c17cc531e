// The names of the payload formats that the package brings; codec.ts knows what they do. Runs in the editor too.

/** In the order in which dialogs show them. */
export const BUILT_IN_FORMATS = ['auto', 'string', 'json', 'buffer', 'base64'] as const;

export type BuiltInFormat = (typeof BUILT_IN_FORMATS)[number];
