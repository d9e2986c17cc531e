// The messages that a topic state node sends: changes, silence, answers.

import type { NodeAPI, NodeMessage } from 'node-red';
import { levelsObject } from '../../core/state/levels-object';
import { type StateEntry, stateEntry, type WallTime } from '../../core/state/state-entry';
import type { TopicRecord, TopicValue } from '../../core/state/topic-record';
import type { Change } from '../../core/state/topic-states';
import { readCaptures } from '../../core/topics/topic-captures';
import type { TopicFilter } from '../../core/topics/topic-filter';
import { messageId } from '../subscribe/received-message';

type Sent = NodeMessage & Record<string, unknown>;

/** Properties of messages that belong to one message and not to a value. */
const PASSING = new Set(['_msgid', 'topic', 'req', 'res', 'parts', 'action', '_event']);

/** The value in a message: payload and properties. Nobody else has it. */
export function valueIn(RED: NodeAPI, message: Readonly<Record<string, unknown>>): TopicValue {
  const value: Record<string, unknown> = { payload: message.payload, retain: message.retain === true };
  for (const name of Object.keys(message)) if (name !== 'retain' && !PASSING.has(name)) value[name] = message[name];
  return copyOf(RED, value as TopicValue);
}

/** A copy that a flow may change. Most values hold nothing that has to be copied in depth. */
function copyOf<V extends object>(RED: NodeAPI, value: V): V {
  for (const part of Object.values(value)) {
    // Node-RED copies anything that is an object.
    if (typeof part === 'object' && part !== null) return RED.util.cloneMessage({ ...value } as NodeMessage) as V;
  }
  return { ...value };
}

/** What a change adds to the message of its value. */
export function changeProperties({ before, removed }: Change, now: number): Record<string, unknown> {
  const previous = before && { previous: before.value, previousAge: Math.max(0, Math.round(now - before.at)) };
  return { ...previous, ...(removed ? { removed } : {}) };
}

export function changeMessage(RED: NodeAPI, change: Change, now: number): Sent {
  const { topic, value } = change;
  return { topic, ...copyOf(RED, value), ...changeProperties(change, now), _msgid: messageId() };
}

/** A topic has fallen silent, or speaks again. `since` is when it was last heard before, in ms since the epoch. */
export function silenceMessage(
  RED: NodeAPI,
  { topic, value }: TopicRecord,
  silent: boolean,
  since: number,
  row: TopicFilter | undefined,
): Sent {
  const params = row && readCaptures(row, topic);
  const { payload } = copyOf(RED, { payload: value.payload });
  return { topic, silent, since, last: payload, ...(params ? { params } : {}), _msgid: messageId() };
}

/** The connection is gone, or back: it says why no topic is called silent. */
export function connectionMessage(connected: boolean, since: number, reason: string | undefined): Sent {
  return { connected, since, ...(reason === undefined ? {} : { reason }), _msgid: messageId() };
}

/** The entries of `records`, for a flow to change. `asked` gives the names of its wildcards. */
export function entriesOf(
  RED: NodeAPI,
  records: readonly TopicRecord[],
  time: WallTime,
  asked?: TopicFilter,
): StateEntry[] {
  return records.map((record) => {
    const entry = copyOf(RED, stateEntry(record, time));
    const params = asked && readCaptures(asked, record.topic);
    return params ? { ...entry, params } : entry;
  });
}

/** The answer to `message`, whose other properties stay. */
export function answerTo(
  RED: NodeAPI,
  message: NodeMessage,
  entries: readonly StateEntry[],
  form: 'single' | 'messages' | 'array' | 'object',
): NodeMessage[] {
  if (form === 'array') return [Object.assign(message, { payload: entries })];
  if (form === 'object') return [Object.assign(message, { payload: levelsObject(entries) })];
  if (form === 'single') return [Object.assign(message, entries[0])];
  const parts = { id: messageId(), type: 'array', count: entries.length };
  // Message and answer have the same properties; what the question carried is in each.
  const { payload: _payload, ...carried } = message as Sent;
  return entries.map((entry, index) =>
    Object.assign(RED.util.cloneMessage(carried as NodeMessage), entry, { parts: { ...parts, index } }),
  );
}
