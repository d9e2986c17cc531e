// The state of a deployed broker node as the editor is told it.

import type { ErrorReport, ErrorStage } from './mqtt-flows-error';

/** A blank `server` is the broker inside Node-RED. */
export type BrokerStateReport =
  /** Not deployed, or disabled. */
  | { readonly kind: 'absent' }
  /** Its settings cannot work. */
  | { readonly kind: 'unusable'; readonly error: ErrorReport }
  /** Nothing uses it, or it was disconnected on request. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly server: string; readonly stage: ErrorStage; readonly attempt: number }
  | { readonly kind: 'connected'; readonly server: string; readonly protocolVersion: 3 | 4 | 5 }
  /** `wait` is in ms. */
  | {
      readonly kind: 'waiting';
      readonly server: string;
      readonly error: ErrorReport;
      readonly attempt: number;
      readonly wait: number;
    };
