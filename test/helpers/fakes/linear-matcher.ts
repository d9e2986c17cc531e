// Matches a topic by the rules of MQTT 5, section 4.7, in the simplest way, for comparison with the trie.

/** Whether `topic` matches `filter`, whose wildcards may be named and which may be shared. */
export function filterMatches(filter: string, topic: string): boolean {
  const wanted = filter.replace(/^\$share\/[^/]*\//, '').split('/');
  const given = topic.split('/');
  if (topic.startsWith('$') && /^[+#]/.test(wanted.join('/'))) return false;
  for (const [index, level] of wanted.entries()) {
    if (level.startsWith('#')) return true;
    if (index >= given.length) return false;
    if (!level.startsWith('+') && level !== given[index]) return false;
  }
  return wanted.length === given.length;
}
