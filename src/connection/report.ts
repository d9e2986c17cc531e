// Calls into code that is not ours: what it throws must not reach mqtt.js, where it would end the process, nor keep
// others from being called.

import type { LostPublication } from '../core/publications/publish-options';

/** Takes what went wrong and nobody waits for; `lost` is the publication that it is about, if any. */
export type Report = (error: Error, lost?: LostPublication) => void;

/** Calls `callback`, and reports what it throws. */
export function guarded(report: Report, callback: () => void): void {
  try {
    callback();
  } catch (error) {
    report(asError(error));
  }
}

/** What was thrown, as an error: anything can be. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
