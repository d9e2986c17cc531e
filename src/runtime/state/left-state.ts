// The state that a node leaves to its next instance when a deploy restarts it.

import type { TopicRecord } from '../../core/state/topic-record';
import type { RestoredTopic } from '../../core/state/topic-states';
import type { StateNodeSettings } from '../../settings/state.config';
import { Handover } from '../deploy/handover';

export interface LeftState {
  /** What changes were compared by. */
  readonly compared: string;
  /** The longest unused first. */
  readonly records: readonly TopicRecord[];
  /** Since when the connection has been down, if that has been told. */
  readonly downSince: number | undefined;
  /** Whether what is kept could not be read yet. */
  readonly unread: boolean;
}

/** The states left in this process, by node. */
export const leftStates = new Handover<LeftState>();

/** What tells two ways to compare apart. */
export function comparedBy({ compared }: StateNodeSettings): string {
  return `${compared.kind} ${compared.text}`;
}

/** The topics of `left`, for an instance that compares by `compared`. */
export function restoredTopics({ compared: by, records }: LeftState, compared: string): RestoredTopic[] {
  return records.map((record) => {
    const { topic, value, at, heardAt, usedAt, reference, referenceAt, waiting, isWaiting, rhythm, silent } = record;
    const comparable = record.compared && by === compared;
    return {
      topic,
      value,
      at,
      heardAt,
      usedAt,
      ...(comparable ? { reference: { value: reference, at: referenceAt } } : {}),
      ...(comparable && isWaiting ? { waiting: { value: waiting } } : {}),
      ...(rhythm ? { rhythm: rhythm.kept } : {}),
      silent,
    };
  });
}
