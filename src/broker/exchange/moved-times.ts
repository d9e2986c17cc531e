// The times in a store, in the time of a broker that began without it.

import type { Publication } from '../publications/publication';
import type { StoreContents } from './restoring';

/** `contents` with all times later by what the clock was set by until then. */
export function movedTimes(contents: StoreContents): StoreContents {
  const ms = contents.clockSet;
  if (ms === 0) return contents;
  const moved = (publication: Publication): Publication => publication.expiring(publication.expiresAt + ms);
  const publications = [...contents.publications].map(([number, each]) => [number, moved(each)] as const);
  const sessions = [...contents.sessions].map(([number, record]) => {
    const { endedAt, will } = record;
    // What a will holds until it is published is an interval, and no time.
    const times = {
      endedAt: endedAt === undefined ? undefined : endedAt + ms,
      will: will && { ...will, due: will.due + ms },
    };
    return [number, { ...record, ...times }] as const;
  });
  return {
    ...contents,
    retained: contents.retained.map(moved),
    publications: new Map(publications),
    sessions: new Map(sessions),
  };
}
