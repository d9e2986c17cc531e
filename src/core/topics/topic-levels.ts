// How deep a topic name or filter is.

/** Whether `text` has more than `most` levels. */
export function hasMoreLevels(text: string, most: number): boolean {
  // Most topics are shorter than that many separators, and need no look.
  if (text.length < most) return false;
  let levels = 1;
  for (let at = text.indexOf('/'); at !== -1; at = text.indexOf('/', at + 1)) if (++levels > most) return true;
  return false;
}
