// Draws series of numbers over time with uPlot. The browser loads this script when a chart is first shown.

import uPlot from 'uplot';
import styles from 'uplot/dist/uPlot.min.css';
import { seriesColour, seriesDash } from './series-colours';
import { preciseTime } from './shown-time';

export interface DrawnSeries {
  readonly label: string;
  /** ms since the epoch, rising */
  readonly at: readonly number[];
  readonly values: readonly number[];
}

export interface ChartView {
  /** ms up to the last value that are in sight; 0 for all. */
  readonly window: number;
  /** Each series from its lowest to its highest value. */
  readonly ownScales: boolean;
  /** What the legend calls the time. */
  readonly time: string;
}

const HEIGHT = 180;
/** Values that are few enough for a dot each. */
const DOTS = 60;
const LANGUAGE = RED.i18n.lang();
const CLOCK = new Intl.DateTimeFormat(LANGUAGE, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const FINE = new Intl.DateTimeFormat(LANGUAGE, { minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });
const NUMBER = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 15 });

export class UplotChart {
  readonly element = document.createElement('div');
  readonly #resized = new ResizeObserver(() => this.#fit());
  #plot: uPlot | undefined;
  #made = '';
  /** The user has dragged over a part of the chart, which then stays. */
  #zoomed = false;

  constructor() {
    if (!document.getElementById('mqtt-flows-uplot')) {
      const style = document.createElement('style');
      style.id = 'mqtt-flows-uplot';
      style.textContent = styles;
      document.head.append(style);
    }
    this.element.className = 'mqtt-flows-plot';
    this.#resized.observe(this.element);
  }

  get zoomed(): boolean {
    return this.#zoomed;
  }

  /** Shows all again. */
  unzoom(): void {
    this.#zoomed = false;
  }

  show(series: readonly DrawnSeries[], view: ChartView): void {
    const data = joined(series);
    const colour = getComputedStyle(this.element).color;
    const made = JSON.stringify([series.map(({ label }) => label), view.ownScales, colour]);
    if (made !== this.#made || !this.#plot) {
      this.#plot?.destroy();
      this.#made = made;
      this.#plot = new uPlot(this.#options(series, view, colour), data, this.element);
    } else {
      this.#plot.setData(data, !this.#zoomed && view.window === 0);
    }
    this.#look(view.window);
  }

  #look(window: number): void {
    const last = this.#plot?.data[0].at(-1);
    if (!this.#plot || last === undefined || this.#zoomed) return;
    const [first = last] = this.#plot.data[0];
    // A single value would be a chart without width.
    const min = window > 0 ? last - window : Math.min(first, last - 1000);
    this.#plot.setScale('x', { min, max: last });
  }

  #fit(): void {
    const width = this.element.clientWidth;
    if (this.#plot && width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: HEIGHT });
  }

  #options(series: readonly DrawnSeries[], { ownScales, time }: ChartView, colour: string): uPlot.Options {
    const grid = { stroke: 'rgba(128, 128, 128, 0.25)', width: 1 };
    const axis = { stroke: colour, grid, ticks: grid, font: '11px sans-serif' };
    const scaleOf = (index: number): string => (ownScales ? `y${index}` : 'y');
    return {
      width: Math.max(100, this.element.clientWidth),
      height: HEIGHT,
      // Times are in milliseconds.
      ms: 1,
      scales: { x: { time: true } },
      cursor: { drag: { x: true, y: false }, points: { size: 7 } },
      series: [
        { label: time, value: (_plot, at) => (at === null ? '' : preciseTime(at)) },
        ...series.map(
          ({ label, at }, index): uPlot.Series => ({
            label,
            scale: scaleOf(index),
            stroke: seriesColour(index),
            dash: [...seriesDash(index)],
            width: 1.5,
            spanGaps: true,
            points: { show: at.length <= DOTS, size: 5 },
            value: (_plot, value) => (value === null ? '' : NUMBER.format(value)),
          }),
        ),
      ],
      axes: [
        { ...axis, space: 70, values: (_plot, splits) => splits.map((at, index) => tick(at, splits, index)) },
        // With scales of their own, the values of one would be wrong for the others.
        { ...axis, scale: scaleOf(0), size: 50, show: !ownScales || series.length === 1 },
      ],
      hooks: {
        setSelect: [
          ({ select }) => {
            this.#zoomed = select.width > 0;
          },
        ],
        ready: [
          ({ over }) => {
            over.addEventListener('dblclick', () => this.unzoom());
          },
        ],
      },
    };
  }
}

function tick(at: number, splits: readonly number[], index: number): string {
  const step = Math.abs((splits[index + 1] ?? at) - at) || Math.abs(at - (splits[index - 1] ?? at));
  return step > 0 && step < 1000 ? FINE.format(at) : CLOCK.format(at);
}

/** One row of times for all series, as uPlot wants it. */
function joined(series: readonly DrawnSeries[]): uPlot.AlignedData {
  if (series.length === 0) return [[]];
  return uPlot.join(series.map(({ at, values }): uPlot.AlignedData => [[...at], [...values]]));
}
