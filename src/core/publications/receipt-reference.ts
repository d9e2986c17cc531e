// What an acknowledge node is to acknowledge: the ids of messages, wherever in a message a flow has put them.

/**
 * The ids in `value`: an id, a message that carries one, or a list of these; undefined when it holds anything else, or
 * nothing. The message of a subscribe node carries its id as `receipt`, and also as `_msgid` as long as no node has made
 * a new message of it.
 */
export function receiptsIn(value: unknown): string[] | undefined {
  if (typeof value === 'string' && value !== '') return [value];
  if (Array.isArray(value)) return all(value.map(receiptsIn));
  if (typeof value !== 'object' || value === null) return undefined;
  const { receipt, _msgid } = value as { receipt?: unknown; _msgid?: unknown };
  if (receipt !== undefined) return receiptsIn(receipt);
  return typeof _msgid === 'string' ? [_msgid] : undefined;
}

function all(lists: readonly (string[] | undefined)[]): string[] | undefined {
  if (lists.length === 0 || lists.includes(undefined)) return undefined;
  return [...new Set(lists.flatMap((list) => list ?? []))];
}
