// What a library says of a payload or a schema that it cannot read or make.

export function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
