// The result of a publication for its publisher.

import { type ErrorCode, type ErrorParams, MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { PublishResult } from '../../core/publications/publish-options';
import { refused } from '../server-limits';
import type { OutboxEntry } from './outbox-entry';
import type { SendingEnd } from './outbox-sender';

/** The result for `entry`, whose sending has ended with `end` at `now`, in ms of `Clock.now()`. */
export function settlementOf(entry: OutboxEntry, end: SendingEnd, now: number): PublishResult {
  switch (end.kind) {
    case 'acknowledged':
      return { ok: true, reasonCode: end.reasonCode };
    case 'refused':
      return { ok: false, error: refused(end) };
    case 'unconfirmed':
      return { ok: false, error: outboxError('publication-lost') };
    case 'expired': {
      const waited = Math.round((now - entry.acceptedAt) / 1000);
      return { ok: false, error: outboxError('publication-expired', { waited }) };
    }
    case 'quarantined':
      return { ok: false, error: quarantined(end.error) };
    case 'failed':
      return { ok: false, error: end.error };
  }
}

/** An error about one publication in the outbox. */
export function outboxError(code: ErrorCode, params: ErrorParams = {}): MqttFlowsError {
  return new MqttFlowsError(code, { stage: 'publish', params });
}

/** The error depends on whether the server has given a reason. */
function quarantined({ reasonCode }: MqttFlowsError): MqttFlowsError {
  if (reasonCode === undefined) return outboxError('publication-deadly');
  return new MqttFlowsError('publication-quarantined', { stage: 'publish', reasonCode });
}
