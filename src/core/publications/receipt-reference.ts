// Finds the message ids that an acknowledge node is given, wherever a flow has put them.

/**
 * The ids in `value`: an id, a message that carries one, or a list of these; undefined for anything else. A message of
 * a subscribe node carries its id as `receipt`, and also as `_msgid` until a node makes a new message of it.
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
