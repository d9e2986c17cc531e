// What was thrown by Node-RED, a context store or JSONata, as an error shows it.

import { plainText } from '../../core/errors/plain-text';

/** One line of at most 200 characters. JSONata throws objects that are not errors. */
export function thrownDetail(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return plainText(String(message));
}
