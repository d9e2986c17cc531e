// A chart of numbers: of the selected topic, and of others that were kept. uPlot draws it, and is loaded when it is first
// shown.

import { ChartSeries, newsOf, type Series } from '../../core/sidebar/chart-series';
import type { MessageLog } from './message-log';
import { notifyProblem } from './notify-problem';
import { seriesColour } from './series-colours';
import { button } from './small-button';
import type { TabPane } from './tab-strip';
import { askSeries } from './topics-requests';
import { topicsText } from './topics-text';
import { hint } from './value-pane';

const SCRIPT = './resources/@mqtt-flows/node-red-mqtt-flows/topics-chart.js';
/** ms between two requests for values */
const PACE = 500;
/** Minutes that can be chosen; 0 stands for all. */
const WINDOWS = [0, 1, 5, 15, 60];
const MINUTE = 60_000;

type ChartModule = typeof import('./uplot-chart');
let loading: Promise<ChartModule> | undefined;

function loadChart(): Promise<ChartModule> {
  loading ??= import(new URL(SCRIPT, document.baseURI).href) as Promise<ChartModule>;
  // Node-RED may be starting: the next time is another attempt.
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}

export interface ChartHost {
  /** The selected topic. */
  topic(): string | undefined;
  viewer(): string | undefined;
}

export function chartPane(log: MessageLog, host: ChartHost): TabPane {
  let view: ChartPane | undefined;
  return {
    label: topicsText('tab.chart'),
    render(pane) {
      view ??= new ChartPane(log, host);
      if (view.element.parent()[0] !== pane[0]) pane.empty().append(view.element);
      view.render();
    },
  };
}

class ChartPane {
  readonly element = $('<div>');
  readonly #log: MessageLog;
  readonly #host: ChartHost;
  readonly #series = new ChartSeries();
  readonly #path = $('<select>', { class: 'mqtt-flows-number', 'aria-label': topicsText('chart.number') });
  readonly #window = $('<select>', { 'aria-label': topicsText('chart.window') });
  readonly #kept = $('<ul>', { class: 'mqtt-flows-series' });
  readonly #said = $('<div>');
  readonly #now = $('<div>', { class: 'mqtt-flows-now' });
  readonly #figure = $('<figure>', { class: 'mqtt-flows-chart' });
  #chart: InstanceType<ChartModule['UplotChart']> | undefined;
  #chosen: string | undefined;
  #offered = '';
  #paused = false;
  #ownScales = false;
  /** The last request: its viewer and its series. */
  #asked: { readonly viewer: string | undefined; readonly series: readonly Series[] } = {
    viewer: undefined,
    series: [],
  };
  #asking = false;
  #nextAt = 0;
  /** The script that draws could not be loaded. */
  #notLoaded = false;

  constructor(log: MessageLog, host: ChartHost) {
    this.#log = log;
    this.#host = host;
    for (const minutes of WINDOWS) {
      const text = minutes === 0 ? topicsText('chart.all') : topicsText('chart.minutes', { minutes });
      this.#window.append($('<option>', { value: minutes, text }));
    }
    this.#window.on('change', () => {
      this.#chart?.unzoom();
      this.#draw();
    });
    this.#path.on('change', () => {
      this.#chosen = String(this.#path.val());
      this.render();
    });
    const toggle = (icon: string, label: string, change: () => boolean): JQuery => {
      const made = button(icon, label, () => {
        made.attr('aria-pressed', String(change()));
        this.#draw();
      });
      return made.attr('aria-pressed', 'false');
    };
    const pause = toggle('fa-pause', topicsText('chart.pause'), () => {
      this.#paused = !this.#paused;
      return this.#paused;
    });
    const scales = toggle('fa-arrows-v', topicsText('chart.ownScales'), () => {
      this.#ownScales = !this.#ownScales;
      return this.#ownScales;
    });
    const whole = button('fa-search-minus', topicsText('chart.unzoom'), () => {
      this.#chart?.unzoom();
      this.#draw();
    });
    const add = button('fa-plus', topicsText('chart.keep'), () => this.#keep());
    this.element.append(
      $('<div>', { class: 'mqtt-flows-buttons' }).append(this.#path, add, this.#window, pause, whole, scales),
      this.#said,
      this.#now,
      this.#figure,
      this.#kept,
    );
  }

  /** Called with each answer to the viewer, a few times a second. */
  render(): void {
    const topic = this.#host.topic();
    this.#series.of(this.#host.viewer());
    const path = this.#offer();
    this.#series.select(
      topic === undefined || path === undefined ? undefined : { topic, path, format: this.#log.format },
    );
    const isEmpty = this.#series.all.length === 0;
    this.#said.empty();
    if (isEmpty) this.#said.append(hint(topicsText('chart.none')));
    else if (this.#notLoaded) this.#said.append(hint(topicsText('chart.notLoaded')));
    this.#figure.toggle(!isEmpty);
    void this.#ask();
  }

  /** Offers the numbers of the last message. Returns the path of the chosen one. */
  #offer(): string | undefined {
    const paths = [...this.#log.numbers.keys()];
    const current = this.#series.current;
    // A number may be missing in some messages.
    const isKnown = current?.topic === this.#host.topic() && current?.path === this.#chosen;
    const chosen = this.#chosen !== undefined && (paths.includes(this.#chosen) || isKnown) ? this.#chosen : paths[0];
    const offered = chosen === undefined || paths.includes(chosen) ? paths : [chosen, ...paths];
    // The list must not change while somebody chooses from it.
    const state = JSON.stringify(offered);
    if (state !== this.#offered) {
      this.#offered = state;
      this.#path.empty().toggle(offered.length > 0);
      for (const value of offered)
        this.#path.append($('<option>', { value, text: value || topicsText('chart.payload') }));
    }
    if (chosen !== undefined) this.#path.val(chosen);
    return chosen;
  }

  #keep(): void {
    if (!this.#series.keepCurrent()) return notifyProblem(new Error(topicsText('chart.tooMany')));
    this.#list();
    this.#draw();
  }

  #list(): void {
    this.#kept.empty();
    for (const [index, series] of this.#series.kept.entries()) {
      const swatch = $('<span>', { class: 'mqtt-flows-swatch', 'aria-hidden': 'true' }).css(
        'background',
        seriesColour(index),
      );
      const remove = button('fa-times', topicsText('chart.remove'), () => {
        this.#series.remove(series);
        this.#list();
        this.#draw();
      });
      this.#kept.append($('<li>').append(swatch, $('<span>', { text: labelOf(series) }), remove));
    }
  }

  async #ask(): Promise<void> {
    const viewer = this.#host.viewer();
    const series = this.#series.all;
    const asked = this.#asked;
    // Not by what they have: a series without messages has nothing after many answers either.
    const isNewSeries = viewer !== asked.viewer || series.some((each) => !asked.series.includes(each));
    const isLater = isNewSeries || performance.now() >= this.#nextAt;
    if (viewer === undefined || series.length === 0 || this.#asking || !isLater || (this.#paused && !isNewSeries))
      return;
    this.#asking = true;
    this.#asked = { viewer, series };
    this.#nextAt = performance.now() + PACE;
    try {
      const [answer, { UplotChart }] = await Promise.all([askSeries(viewer, newsOf(series)), this.#load()]);
      if (!this.#chart) {
        this.#chart = new UplotChart();
        this.#figure.append(this.#chart.element);
      }
      // Paused meanwhile, it stays as it was. What has come is asked for again.
      if (viewer === this.#host.viewer() && (isNewSeries || !this.#paused)) this.#series.add(series, answer);
      this.#draw();
    } catch {
      // The viewer says what is wrong with the recording, and the pane that nothing draws. The next request follows.
      this.#nextAt = performance.now() + 4 * PACE;
    }
    this.#asking = false;
  }

  async #load(): Promise<ChartModule> {
    try {
      const loaded = await loadChart();
      this.#notLoaded = false;
      return loaded;
    } catch (error) {
      this.#notLoaded = true;
      throw error;
    }
  }

  #draw(): void {
    const series = this.#series.all;
    if (!this.#chart || series.length === 0) return;
    const drawn = series.map((each) => ({ label: labelOf(each), at: each.at, values: each.values }));
    const window = Number(this.#window.val()) * MINUTE;
    this.#chart.show(drawn, { window, ownScales: this.#ownScales, time: topicsText('chart.time') });
    this.#now.text(series.length === 1 ? String(series[0]?.values.at(-1) ?? '') : '');
    const label = series.map((each) => titleOf(each, series.length > 1)).join('; ');
    const image = this.#figure.find('.u-wrap');
    if (image.attr('aria-label') !== label) image.attr({ role: 'img', 'aria-label': label });
  }
}

function labelOf({ topic, path }: Series): string {
  return path === '' ? topic : `${topic} · ${path}`;
}

function titleOf(series: Series, named: boolean): string {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of series.values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const last = series.values.at(-1);
  if (last === undefined) return topicsText('chart.none');
  const title = topicsText('chart.title', { count: series.values.length, low, high, last });
  return named ? `${labelOf(series)}: ${title}` : title;
}
