// The subscription identifier of a filter in a session that outlives the process. Messages that the server has kept
// carry the old identifiers, so the identifier must not depend on anything that may be lost.

import type { WireFilter } from '../../core/topics/topic-filter';

/** The highest identifier is 268,435,455 (MQTT 5, section 3.8.2.1.2). Some are left for collisions. */
const RANGE = 268_000_000;

/** The identifier for `filter`: its hash (32 bit FNV-1a), or the next number that is not in `taken`. */
export function filterIdentifier(filter: WireFilter, taken: ReadonlySet<number>): number {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < filter.length; index++) hash = Math.imul(hash ^ filter.charCodeAt(index), 0x0100_0193);
  let identifier = 1 + ((hash >>> 0) % RANGE);
  while (taken.has(identifier)) identifier++;
  return identifier;
}
