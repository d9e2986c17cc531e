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
/** Messages that are read together. */
const TOGETHER = 200;
/** ms for one answer */
const MOST_TIME = 50;

/** For each series the numbers of the messages after the last known one, oldest first. */
export function numberSeries(
  RED: NodeAPI,
  recorder: TopicRecorder,
  asked: readonly SeriesAsked[],
): readonly NumberSeries[] {
  const reader = new PayloadReader(RED, recorder.tree, recorder.flows);
  const end = performance.now() + MOST_TIME;
  return asked.map((each) => seriesOf(reader, recorder, each, Math.floor(MOST_MESSAGES / asked.length), end));
}

function seriesOf(
  reader: PayloadReader,
  { tree }: TopicRecorder,
  { topic, path, format, after }: SeriesAsked,
  most: number,
  end: number,
): NumberSeries {
  const history = tree.find(topic)?.history ?? [];
  const from = firstIndex(history, ({ sequence }) => sequence > after);
  const to = Math.min(history.length, from + most);
  const at: number[] = [];
  const values: number[] = [];
  let last = after;
  // Each series gets something, even if the first ones take all of the time.
  for (let start = from; start < to && (start === from || performance.now() < end); start += TOGETHER) {
    const part = history.slice(start, Math.min(to, start + TOGETHER));
    const shown = reader.read(part, topic, format);
    for (const [index, message] of part.entries()) {
      const value = numberAt(message, shown[index], path);
      last = message.sequence;
      if (value === undefined) continue;
      at.push(message.at);
      values.push(value);
    }
  }
  return { topic, path, format, last, at, values };
}

function numberAt(message: Observation, shown: ShownPayload | undefined, path: string): number | undefined {
  if (shown) return shown.ok ? numbersIn(readShown(shown.value)).get(path) : undefined;
  // Of a payload that was cut, the beginning is no JSON.
  if (message.size > message.bytes.length) return undefined;
  return numbersInText(Buffer.from(message.bytes, 'latin1').toString()).get(path);
}
