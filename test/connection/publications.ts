// Publications and errors for tests that do not care what is in them.

import { type ErrorCode, MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import type { IncomingPublication, OutgoingPublication, QoS } from '#src/core/publications/publication';

export function outgoing(
  topic: string,
  qos: QoS = 1,
  overrides: Partial<OutgoingPublication> = {},
): OutgoingPublication {
  return { topic, payload: '', qos, retain: false, ...overrides };
}

export function incoming(
  topic: string,
  subscriptionIdentifiers: readonly number[] = [],
  overrides: Partial<IncomingPublication> = {},
): IncomingPublication {
  return { topic, payload: Buffer.alloc(0), qos: 0, retain: false, dup: false, subscriptionIdentifiers, ...overrides };
}

export function failure(code: ErrorCode = 'connection-lost'): MqttFlowsError {
  return new MqttFlowsError(code, { stage: 'connected' });
}
