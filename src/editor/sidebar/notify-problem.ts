// Tells of a failure in Node-RED's own notifications.

import { detailOf } from '../../core/errors/thrown-value';

/** Shows an error as text, because part of it may come from a server. */
export function notifyProblem(error: unknown): void {
  const text = detailOf(error);
  RED.notify($('<span>', { text }), { type: 'error', timeout: 8000 });
}
