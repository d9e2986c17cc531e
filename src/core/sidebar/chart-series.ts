// The series of a chart on the page: which there are, and their values, of which only new ones are asked for. Runs in the
// editor.

import { MOST_SERIES, type NumberSeries, type SeriesAsked } from './sidebar-protocol';

/** A number in the messages of a topic. */
export type SeriesName = Pick<SeriesAsked, 'topic' | 'path' | 'format'>;

export interface Series extends SeriesName {
  /** ms since the epoch, oldest first */
  readonly at: number[];
  readonly values: number[];
  /** The sequence number of the last known message. */
  last: number;
}

/** The most values of one series on the page. */
const MOST_VALUES = 10_000;

export class ChartSeries {
  #kept: readonly Series[] = [];
  #current: Series | undefined;
  /** The viewer that all of them come from. */
  #viewer: string | undefined;

  /** All series: those that were kept, then the selected one. */
  get all(): readonly Series[] {
    const { current } = this;
    return current && !this.#kept.includes(current) ? [...this.#kept, current] : this.#kept;
  }

  get kept(): readonly Series[] {
    return this.#kept;
  }

  /** The series of the selected topic. */
  get current(): Series | undefined {
    return this.#current;
  }

  /** Another recording has other messages. */
  of(viewer: string | undefined): void {
    if (viewer === this.#viewer) return;
    this.#viewer = viewer;
    for (const series of this.all) {
      series.at.length = 0;
      series.values.length = 0;
      series.last = 0;
    }
  }

  select(name: SeriesName | undefined): void {
    if (name && this.#current && isSame(name, this.#current)) return;
    this.#current = name && (this.#kept.find((each) => isSame(each, name)) ?? emptySeries(name));
  }

  /** Keeps the selected series while others are selected. False if there are too many. */
  keepCurrent(): boolean {
    const { current } = this;
    if (!current || this.#kept.includes(current)) return true;
    // One more is for what is selected.
    if (this.#kept.length >= MOST_SERIES - 1) return false;
    this.#kept = [...this.#kept, current];
    return true;
  }

  remove(series: Series): void {
    this.#kept = this.#kept.filter((each) => each !== series);
  }

  /** Adds the answer to what was asked for `asked`, which were all series then. */
  add(asked: readonly Series[], answer: readonly NumberSeries[]): void {
    for (const { last, at, values, ...name } of answer) {
      const series = asked.find((each) => isSame(each, name));
      // Selected again meanwhile, the series is another of the same name, which would lack what came before the answer.
      if (!series || !this.all.includes(series) || last <= series.last) continue;
      series.last = last;
      series.at.push(...at);
      series.values.push(...values);
      const over = series.at.length - MOST_VALUES;
      if (over > 0) {
        series.at.splice(0, over);
        series.values.splice(0, over);
      }
    }
  }
}

/** What to ask for. */
export function newsOf(series: readonly Series[]): readonly SeriesAsked[] {
  return series.map(({ topic, path, format, last }) => ({ topic, path, format, after: last }));
}

function emptySeries({ topic, path, format }: SeriesName): Series {
  return { topic, path, format, at: [], values: [], last: 0 };
}

function isSame(one: SeriesName, other: SeriesName): boolean {
  return one.topic === other.topic && one.path === other.path && one.format === other.format;
}
