// Topics that are known in part: a filter in which a level may stand for several, since the value of a placeholder or of a
// variable may have slashes.

import { parseTemplate, type Template } from '../values/template';
import { matchedText, parseTopicFilter, type TopicFilter } from './topic-filter';

/** Stands in the place of a level for one level or more. No topic can have it (MQTT 5, section 1.5.4). */
export const SEVERAL = '\0';

export interface TopicPattern {
  /** As a filter has it, with `+` where it says SEVERAL. */
  readonly filter: TopicFilter;
  /** Without `$share/group/`: names of levels, `+`, `#` and SEVERAL. */
  readonly levels: readonly string[];
}

/** Reads a filter in which SEVERAL may stand. Undefined when it is invalid. */
export function parseTopicPattern(text: string): TopicPattern | undefined {
  const written = text.split('/').map((level) => (level.includes(SEVERAL) ? SEVERAL : level));
  const parsed = parseTopicFilter(written.map((level) => (level === SEVERAL ? '+' : level)).join('/'));
  if (!parsed.ok) return undefined;
  const matched = matchedText(parsed.filter).split('/');
  // The levels of `$share/group/` come before those that are matched.
  const before = written.length - matched.length;
  const levels = matched.map((level, index) => (written[index + before] === SEVERAL ? SEVERAL : level));
  return { filter: parsed.filter, levels };
}

/** What parseTopicPattern() reads, without a group. */
export function patternText({ levels }: TopicPattern): string {
  return levels.join('/');
}

/** The topics that a template may give. Undefined where nothing is known of them, or it is invalid. */
export function patternOfTemplate(text: string): TopicPattern | undefined {
  const parsed = parseTemplate(text);
  return parsed.ok ? patternOfParsed(parsed.template) : undefined;
}

/** The same for a template that was read. */
export function patternOfParsed({ segments }: Template): TopicPattern | undefined {
  return patternOfVariables(segments.map((part) => (part.kind === 'text' ? part.text : SEVERAL)).join(''));
}

/** The topics of a filter that may have `${NAME}` in it. Undefined where nothing is known of them, or it is invalid. */
export function patternOfVariables(text: string): TopicPattern | undefined {
  const levels = text.split('/').map((level) => (level.includes('${') || level.includes(SEVERAL) ? SEVERAL : level));
  return levels.every((level) => level === SEVERAL) ? undefined : parseTopicPattern(levels.join('/'));
}

/** A filter that matches all topics of the pattern, and perhaps others: for an index, before matchesPattern(). */
export function widestFilter({ filter, levels }: TopicPattern): TopicFilter {
  const first = levels.indexOf(SEVERAL);
  const parsed = first < 0 ? undefined : parseTopicFilter([...levels.slice(0, first), '#'].join('/'));
  return parsed?.ok ? parsed.filter : filter;
}

export function matchesPattern(pattern: TopicPattern, topic: string): boolean {
  const { levels } = pattern;
  return placesAfter(levels, topic).some((place) => place === levels.length || levels[place] === '#');
}

/** Whether the pattern has the topic `path`, or one below it. */
export function reachesBelow({ levels }: TopicPattern, path: string): boolean {
  return placesAfter(levels, path).length > 0;
}

/** The places in `levels` that may come next when those before them have matched `topic`. */
function placesAfter(levels: readonly string[], topic: string): readonly number[] {
  const isWild = ['+', '#', SEVERAL].includes(levels[0] ?? '');
  // Section 4.7.2: wildcards do not match a first level that begins with `$`.
  if (isWild && topic.startsWith('$')) return [];
  let places: readonly number[] = [0];
  for (const name of topic.split('/')) {
    const next = new Set<number>();
    for (const place of places) {
      const level = levels[place];
      if (level === '#' || level === SEVERAL) next.add(place);
      if (level === '+' || level === SEVERAL || level === name) next.add(place + 1);
    }
    places = [...next];
  }
  return places;
}
