// The state that a node leaves to its next instance when a deploy restarts it.

import type { TopicRecord } from '../../core/state/topic-record';
import type { RestoredTopic } from '../../core/state/topic-states';
import { Handover } from '../deploy/handover';

export interface LeftState {
  /** What changes were compared by. */
  readonly compared: string;
  /** The longest unused first. */
  readonly records: readonly TopicRecord[];
}

/** The states left in this process, by node. */
export const leftStates = new Handover<LeftState>();

/** The topics of `left`, for an instance that compares by `compared`. */
export function restoredTopics({ compared: by, records }: LeftState, compared: string): RestoredTopic[] {
  return records.map(({ topic, value, at, heardAt, compared: isCompared, reference, referenceAt, rhythm, silent }) => ({
    topic,
    value,
    at,
    heardAt,
    ...(isCompared && by === compared ? { reference: { value: reference, at: referenceAt } } : {}),
    ...(rhythm ? { rhythm: rhythm.kept } : {}),
    silent,
  }));
}
