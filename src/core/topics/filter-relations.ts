// How topic filters stand to topics and to each other (MQTT 5, section 4.7): which topics one matches, and whether one
// matches all that another does, or something of it. For few filters; TopicTrie finds the matches among many.

/** The levels of a filter without `$share/group/`. */
export type FilterLevels = readonly string[];

export function filterLevels(filter: string): FilterLevels {
  return filter.split('/');
}

/** Whether a filter matches `topic`. Makes no objects: it is asked for each message. */
export function matchesTopic(levels: FilterLevels, topic: string): boolean {
  let from = 0;
  for (let index = 0; index < levels.length; index++) {
    const level = levels[index] as string;
    // Section 4.7.2: wildcards do not match a first level that begins with `$`.
    if (index === 0 && (level === '#' || level === '+') && topic.startsWith('$')) return false;
    if (level === '#') return true;
    // Section 4.7.1.2: `a/#` matches `a`.
    if (from > topic.length) return false;
    const end = topic.indexOf('/', from);
    const to = end === -1 ? topic.length : end;
    if (level !== '+' && (level.length !== to - from || !topic.startsWith(level, from))) return false;
    from = to + 1;
  }
  return from > topic.length;
}

/** Whether the filter `wide` matches every topic that `narrow` does. */
export function coversFilter(wide: FilterLevels, narrow: FilterLevels): boolean {
  for (let index = 0; index < wide.length; index++) {
    const level = wide[index] as string;
    const other = narrow[index];
    if (index === 0 && (level === '#' || level === '+') && other?.startsWith('$')) return false;
    if (level === '#') return true;
    if (other === undefined || other === '#') return false;
    if (level !== '+' && level !== other) return false;
  }
  return wide.length === narrow.length;
}

/** Whether there is a topic that both filters match. */
export function filtersOverlap(a: FilterLevels, b: FilterLevels): boolean {
  for (let index = 0; ; index++) {
    const one = a[index];
    const other = b[index];
    if (one === undefined && other === undefined) return true;
    if (index === 0 && (isHidden(one, other) || isHidden(other, one))) return false;
    if (one === '#' || other === '#') return true;
    if (one === undefined || other === undefined) return false;
    if (one !== other && one !== '+' && other !== '+') return false;
  }
}

/** Whether `first` is a first level that the wildcard `other` does not match. */
function isHidden(first: string | undefined, other: string | undefined): boolean {
  return first?.startsWith('$') === true && (other === '#' || other === '+');
}
