// The numbers of a recorded topic over time, for charts. Each browser asks for those that it does not have yet.

import type { NodeAPI } from 'node-red';
import { firstIndex } from '../../core/sidebar/history-page';
import type { Observation } from '../../core/sidebar/observation';
import { numbersIn, numbersInText } from '../../core/sidebar/payload-numbers';
import { readShown, type ShownPayload } from '../../core/sidebar/shown-value';
import type { NumberSeries, SeriesAsked } from '../../core/sidebar/sidebar-protocol';
import { PayloadReader } from './payload-reader';
import type { TopicRecorder } from './topic-recorder';

/** The most messages that are read for one answer, so that the flows are not held up. The next answer has the rest. */
const MOST_MESSAGES = 2000;
/** ms for one answer */
const MOST_TIME = 50;

/** What is needed of a recorder. */
type Recorded = Pick<TopicRecorder, 'tree' | 'flows'>;

/**
 * For each series the numbers of the messages after the last known one, oldest first. Those beyond the limits follow when
 * they are asked for again.
 */
export function numberSeries(
  RED: NodeAPI,
  { tree, flows }: Recorded,
  asked: readonly SeriesAsked[],
): readonly NumberSeries[] {
  const reader = new PayloadReader(RED, tree, flows);
  const start = performance.now();
  const most = Math.floor(MOST_MESSAGES / asked.length);
  // Each series has its share of the time, and what those before it have left.
  return asked.map((each, index) => {
    const messages = after(tree.find(each.topic)?.history ?? [], each.after, most);
    return seriesOf(reader, messages, each, start + (MOST_TIME * (index + 1)) / asked.length);
  });
}

function after(history: readonly Observation[], last: number, most: number): readonly Observation[] {
  const from = firstIndex(history, ({ sequence }) => sequence > last);
  return history.slice(from, from + most);
}

function seriesOf(
  reader: PayloadReader,
  messages: readonly Observation[],
  { topic, path, format, after: known }: SeriesAsked,
  end: number,
): NumberSeries {
  const read = reader.oneByOne(topic, format);
  const at: number[] = [];
  const values: number[] = [];
  let last = known;
  for (const message of messages) {
    const value = numberAt(message, read(message), path);
    last = message.sequence;
    if (value !== undefined) {
      at.push(message.at);
      values.push(value);
    }
    // Looked at after the first message, so that each answer has something new.
    if (performance.now() >= end) break;
  }
  return { topic, path, format, last, at, values };
}

function numberAt(message: Observation, shown: ShownPayload | undefined, path: string): number | undefined {
  if (shown) return shown.ok ? numbersIn(readShown(shown.value)).get(path) : undefined;
  // Of a payload that was cut, the beginning is no JSON.
  if (message.size > message.bytes.length) return undefined;
  return numbersInText(Buffer.from(message.bytes, 'latin1').toString()).get(path);
}
