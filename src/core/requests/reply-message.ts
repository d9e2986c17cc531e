// The message that a reply is published from: the flow's message, addressed to the request that it came from.

import { MqttFlowsError } from '../errors/mqtt-flows-error';
import { failed, found, type Result } from '../errors/result';
import { isBlank } from '../values/plain-value';
import type { RequestOrigin } from './request-origins';

type Values = Readonly<Record<string, unknown>>;

/**
 * `message` as a reply: its topic is the response topic of the request, its correlation data those of the request, and
 * without a QoS it has the request's. What the message still has of the request is preferred to `origin`. A message of no
 * request is an error. `message` is only read.
 */
export function replyMessage(message: object, origin: RequestOrigin | undefined): Result<object> {
  // A message may hold anything under any name. Whoever publishes it checks the values.
  const values = message as Values;
  const topic = isBlank(values.responseTopic) ? origin?.responseTopic : values.responseTopic;
  if (topic === undefined) return failed(new MqttFlowsError('reply-without-request', { stage: 'publish' }));
  const { responseTopic: _itself, correlationData, retain: _ofRequest, qos, ...others } = values;
  const correlation = isBlank(correlationData) ? origin?.correlationData : correlationData;
  return found({
    ...others,
    topic,
    qos: isBlank(qos) ? (origin?.qos ?? 0) : qos,
    ...(correlation === undefined ? {} : { correlationData: correlation }),
  });
}
