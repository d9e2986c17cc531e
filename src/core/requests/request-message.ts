// The message that a request is published from.

/**
 * `message` without what a request node decides itself: where to answer, and that a request is not retained. What the message
 * has of these may belong to another request, which the flow is about to answer.
 */
export function requestMessage(message: object): object {
  const {
    responseTopic: _topic,
    correlationData: _data,
    retain: _retain,
    ...others
  } = message as Readonly<Record<string, unknown>>;
  return others;
}
