// Calls code that is not ours. An exception there must not reach mqtt.js, where it would end the process, nor prevent
// other calls.

import { asError } from '../core/errors/thrown-value';
import type { LostPublication } from '../core/publications/publish-options';

/** Takes an error for which nobody waits. `lost` is the publication that it is about, if any. */
export type Report = (error: Error, lost?: LostPublication) => void;

/** Calls `callback`, and reports what it throws. */
export function guarded(report: Report, callback: () => void): void {
  try {
    callback();
  } catch (error) {
    report(asError(error));
  }
}
