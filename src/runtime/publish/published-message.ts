// The message as it leaves a publish node.

/**
 * `message` with the reason code by which the server has acknowledged it. Without one it goes on as it came, but for the
 * reason code of an earlier publication. The message itself is not changed.
 */
export function publishedMessage<M extends object>(message: M, reasonCode: number | undefined): M {
  if (reasonCode !== undefined) return { ...message, reasonCode };
  if (!('reasonCode' in message)) return message;
  const others = { ...message };
  delete others.reasonCode;
  return others;
}
