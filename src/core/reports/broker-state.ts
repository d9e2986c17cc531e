// The state of a deployed broker node, or of a viewer's connection beside it, as it is sent to the editor.

import type { ErrorReport, ErrorStage } from '../errors/mqtt-flows-error';

/** A blank `server` means the broker inside Node-RED. */
export type BrokerStateReport =
  /** Not deployed, or disabled. */
  | { readonly kind: 'absent' }
  /** Its settings are invalid. */
  | { readonly kind: 'unusable'; readonly error: ErrorReport }
  /** No node uses it, or it was disconnected on request. */
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

/** The server that a state is about, where it is about one. */
export function serverOf(state: BrokerStateReport): string | undefined {
  return 'server' in state ? state.server : undefined;
}

/** Why there is no connection, where there is a reason. */
export function errorOf(state: BrokerStateReport): ErrorReport | undefined {
  return 'error' in state ? state.error : undefined;
}
