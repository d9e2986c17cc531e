// The metrics of a Sparkplug payload as a table.

import { WrittenNumber } from '../../core/sidebar/shown-json';
import { WrittenLeaf } from '../../core/sidebar/shown-value';
import { isRecord } from '../../core/values/plain-value';
import { dateText } from '../fields/local-text';
import { jsonTree, leafText } from './json-tree';
import { topicsText } from './topics-text';

/** The most metrics that are shown. */
const MOST_METRICS = 1000;

const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 } as const;

interface Metrics {
  readonly metrics: readonly unknown[];
  readonly [name: string]: unknown;
}

/** Whether there is a table for a decoded payload. */
export function hasMetrics(value: unknown): value is Metrics {
  return isRecord(value) && Array.isArray(value.metrics) && value.metrics.length > 0;
}

/** The table for a decoded payload; undefined when it has no metrics. */
export function sparkplugTable(value: unknown): JQuery | undefined {
  if (!hasMetrics(value)) return undefined;
  const { metrics } = value;
  const head = [
    topicsText('metric.name'),
    topicsText('metric.value'),
    topicsText('metric.type'),
    topicsText('metric.time'),
  ].map((text) => $('<th>', { scope: 'col', text }));
  const body = $('<tbody>');
  const all = metrics.filter(isMetric);
  const shown = all.slice(0, MOST_METRICS);
  for (const metric of shown) body.append(row(metric));
  const table = $('<table>', { class: 'mqtt-flows-metrics' }).append($('<thead>').append($('<tr>').append(head)), body);
  const rest = restOf(metrics) + all.length - shown.length;
  const facts = $('<div>', { class: 'mqtt-flows-facts', text: factsOf(value) });
  const more =
    rest > 0 ? $('<div>', { class: 'mqtt-flows-hint', text: topicsText('value.more', { count: rest }) }) : '';
  return $('<div>').append(facts, table, more);
}

function isMetric(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && !(value instanceof WrittenLeaf);
}

/** What the runtime has left out. */
function restOf(metrics: readonly unknown[]): number {
  const last = metrics.at(-1);
  return last instanceof WrittenLeaf ? last.more : 0;
}

function factsOf({ seq, timestamp }: Readonly<Record<string, unknown>>): string {
  const facts = typeof seq === 'number' ? [`seq ${seq}`] : [];
  if (typeof timestamp === 'number') facts.push(timeOf(timestamp));
  return facts.join(' · ');
}

function row({ name, alias, value, type, timestamp }: Readonly<Record<string, unknown>>): JQuery {
  // Without its birth, a metric has a number alone.
  const called = typeof name === 'string' ? name : topicsText('metric.alias', { alias: String(alias ?? '') });
  return $('<tr>').append(
    $('<th>', { scope: 'row', text: called }),
    $('<td>', { class: 'mqtt-flows-json' }).append(cell(value)),
    $('<td>', { text: String(type ?? '') }),
    $('<td>', { text: typeof timestamp === 'number' ? timeOf(timestamp) : '' }),
  );
}

function cell(value: unknown): JQuery {
  if (typeof value === 'string') return $('<span>', { text: value });
  if (value instanceof WrittenLeaf) return $('<span>', { text: leafText(value) });
  if (value instanceof WrittenNumber) return $('<span>', { text: value.literal });
  return typeof value === 'object' && value !== null
    ? jsonTree(value, '', false)
    : $('<span>', { text: String(value) });
}

/** Milliseconds matter to plants; the date does unless it is today. */
function timeOf(timestamp: number): string {
  const date = new Date(timestamp);
  if (Number.isNaN(date.getTime())) return String(timestamp);
  const time = date.toLocaleTimeString(RED.i18n.lang(), TIME);
  return date.toDateString() === new Date().toDateString() ? time : `${dateText(date)} ${time}`;
}
