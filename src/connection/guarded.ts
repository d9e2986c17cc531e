// Calls into code that is not ours: what it throws must not reach mqtt.js, where it would end the process, nor keep
// others from being called.

/** Takes what went wrong outside of any state, publication or subscription. */
export type Report = (error: Error) => void;

/** Calls `callback`, and reports what it throws. */
export function guarded(report: Report, callback: () => void): void {
  try {
    callback();
  } catch (error) {
    report(error instanceof Error ? error : new Error(String(error)));
  }
}
