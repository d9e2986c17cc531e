// What the setting *Value* of a filter makes of the last message seen, as it is sent to the dialog.

import type { ErrorReport } from '../errors/mqtt-flows-error';
import type { WhenMissing } from '../values/value-rule';
import type { BrokerStateReport } from './broker-state';

export type ValueTrial =
  /** No message has come yet. */
  | { readonly kind: 'waiting'; readonly state: BrokerStateReport }
  /** The settings themselves are wrong. */
  | { readonly kind: 'invalid'; readonly error: ErrorReport }
  | {
      readonly kind: 'tried';
      readonly topic: string;
      /** ms since the epoch */
      readonly at: number;
      readonly result: TrialResult;
    };

/** `payload` is what was decoded, `value` what it becomes; both are texts for people. */
export type TrialResult =
  | { readonly kind: 'value'; readonly value: string; readonly type: string; readonly payload: string }
  /** What happens to the message then. */
  | {
      readonly kind: 'failed';
      readonly error: ErrorReport;
      readonly outcome: WhenMissing;
      readonly payload: string;
    };

/** What the dialog is waiting for. */
type TrialWait = 'notDeployed' | 'connecting' | 'notConnected' | 'waiting';

/** What keeps the dialog from a message. The connection that looks at messages begins with the first question. */
export function trialWait(state: BrokerStateReport): TrialWait {
  switch (state.kind) {
    case 'absent':
      return 'notDeployed';
    case 'connected':
      return 'waiting';
    case 'connecting':
      // After a failure the text must not change with each attempt.
      return state.attempt === FIRST ? 'connecting' : 'notConnected';
    default:
      return 'notConnected';
  }
}

const FIRST = 1;
