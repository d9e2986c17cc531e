// Reads what was thrown or rejected with, which may be anything. Runs in the editor too.

/** What was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** What the thrown value says; from a library, so it may hold any characters. */
export function detailOf(thrown: unknown): string {
  return asError(thrown).message;
}
