// Whether the end of a topic matches the end of a filter, character by character: nothing is cut, nothing is allocated.

const SLASH = '/'.charCodeAt(0);
const PLUS = '+'.charCodeAt(0);
const HASH = '#'.charCodeAt(0);

/**
 * Whether the levels of `topic` from `start` on match `rest`, the levels of a filter that follow its first. `start` is
 * one beyond the end of the topic when no level is left (MQTT 5, section 4.7.1: `#` matches its parent as well).
 */
export function restMatches(rest: string, topic: string, start: number): boolean {
  let here = 0;
  let there = start;
  for (;;) {
    const first = rest.charCodeAt(here);
    if (first === HASH) return true;
    if (there > topic.length) return false;
    if (first === PLUS) {
      here++;
      while (there < topic.length && topic.charCodeAt(there) !== SLASH) there++;
    } else {
      for (; here < rest.length && rest.charCodeAt(here) !== SLASH; here++, there++) {
        if (rest.charCodeAt(here) !== topic.charCodeAt(there)) return false;
      }
      if (there < topic.length && topic.charCodeAt(there) !== SLASH) return false;
    }
    if (here === rest.length) return there === topic.length;
    here++;
    there++;
  }
}
