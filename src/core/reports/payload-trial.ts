// What a publish node would send for the last message that it got, as it is sent to the dialog.

import type { ErrorReport } from '../errors/mqtt-flows-error';

export type PayloadTrial =
  /** No message has come since the dialog asked first. */
  | { readonly kind: 'waiting' }
  /** The node is not deployed. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly error: ErrorReport }
  /** Before the format is applied; a text for people. */
  | { readonly kind: 'made'; readonly payload: string; readonly type: string };
