// The states of a connection. runtime/node/connection-status.ts maps each to a badge and a log line.

import type { ErrorStage, MqttFlowsError } from '../core/errors/mqtt-flows-error';
import type { ServerInfo } from '../transport/transport';

export type ConnectionState =
  /** Not asked to connect yet, or disconnected on request. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly stage: ErrorStage; readonly attempt: number; readonly server: string }
  | { readonly kind: 'connected'; readonly info: ServerInfo; readonly server: string }
  /** An attempt failed or the connection was lost; `nextAt` is in ms since the epoch. */
  | {
      readonly kind: 'waiting';
      readonly error: MqttFlowsError;
      readonly attempt: number;
      readonly nextAt: number;
      readonly server: string;
    }
  | { readonly kind: 'closing' }
  | { readonly kind: 'closed' };
