// What the runtime answers a dialog about a .proto text.

export type SchemaAnswer =
  | { readonly ok: true; readonly messageTypes: readonly string[] }
  /** `line` counts from 1. */
  | { readonly ok: false; readonly detail: string; readonly line?: number };
