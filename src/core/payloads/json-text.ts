// JSON as text: parsed and made without an exception.

import { type Decoded, type Encoded, failure } from './codec';

export function parseJson(text: string): Decoded {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return failure('notJson', detailOf(error));
  }
}

export function jsonFrom(value: unknown): Encoded {
  try {
    const text: string | undefined = JSON.stringify(value);
    return text === undefined ? failure('notJson', typeof value) : { ok: true, payload: text };
  } catch (error) {
    // Circular structures and BigInt values.
    return failure('notJson', detailOf(error));
  }
}

function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
