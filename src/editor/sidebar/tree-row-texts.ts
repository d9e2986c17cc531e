// What a row of the topic tree says beside name and value.

import type { TopicRow } from '../../core/sidebar/topic-tree-view';
import { inLanguage } from '../fields/local-text';
import { preciseTime } from './shown-time';
import type { RowTexts } from './topic-row';
import { topicsText } from './topics-text';

/** A branch or topic: how often it speaks, and the last message. */
export function treeRowTexts(row: TopicRow): RowTexts {
  return { aside: countOf(row), title: titleOf(row) };
}

function countOf({ messages, rate }: TopicRow): string {
  return rate >= 0.05 ? topicsText('tree.countAndRate', { messages, rate: rounded(rate) }) : String(messages);
}

function titleOf({ path, messages, topics, rate, qos, at, preview }: TopicRow): string {
  const lines = [path, topicsText('tree.title', { messages, topics, rate: rounded(rate) })];
  if (qos !== undefined && at !== undefined) {
    lines.push(topicsText('tree.last', { qos, time: preciseTime(at) }));
  }
  if (preview) lines.push(preview);
  return lines.join('\n');
}

const tenths = inLanguage(
  (language) => new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
);
const whole = inLanguage((language) => new Intl.NumberFormat(language, { maximumFractionDigits: 0 }));

/** A rate with its significant digits, as the language of the editor writes numbers. */
export function rounded(rate: number): string {
  return (rate < 10 ? tenths() : whole()).format(rate);
}
