// A line chart of one number over time, drawn as SVG in the colours of the theme.

import { timeText } from '../fields/local-text';
import { topicsText } from './topics-text';

export interface Point {
  /** ms since the epoch */
  readonly at: number;
  readonly value: number;
}

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 300;
const HEIGHT = 120;
const MARGIN = 4;

/** The chart of `points`, oldest first. It uses the available width. */
export function numberChart(points: readonly Point[]): JQuery {
  const values = points.map(({ value }) => value);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return $('<div>', { class: 'mqtt-flows-hint', text: topicsText('chart.none') });
  const title = topicsText('chart.title', { count: points.length, low, high, last: last.value });
  const time = (at: number): string => timeText(at);
  return $('<figure>', { class: 'mqtt-flows-chart' }).append(
    $('<div>', { class: 'mqtt-flows-chart-scale' }).append($('<span>', { text: high }), $('<span>', { text: low })),
    $(drawing(points, low, high, title)),
    $('<figcaption>').append($('<span>', { text: time(first.at) }), $('<span>', { text: time(last.at) })),
  );
}

function drawing(points: readonly Point[], low: number, high: number, title: string): SVGElement {
  const svg = element('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' });
  svg.setAttribute('aria-label', title);
  for (const y of [MARGIN, HEIGHT / 2, HEIGHT - MARGIN]) {
    svg.append(element('line', { x1: '0', x2: String(WIDTH), y1: String(y), y2: String(y), class: 'mqtt-flows-grid' }));
  }
  const places = points.map((point) => placeOf(point, points, low, high).join(','));
  svg.append(element('polyline', { points: places.join(' '), class: 'mqtt-flows-line' }));
  const end = placeOf(points[points.length - 1] ?? { at: 0, value: low }, points, low, high).join(',');
  // A line of length zero with round ends is a dot that keeps its shape when the drawing is stretched.
  svg.append(element('polyline', { points: `${end} ${end}`, class: 'mqtt-flows-dot' }));
  return svg;
}

function placeOf({ at, value }: Point, points: readonly Point[], low: number, high: number): [number, number] {
  const start = points[0]?.at ?? at;
  const span = (points.at(-1)?.at ?? at) - start;
  const x = span === 0 ? WIDTH / 2 : MARGIN + ((at - start) / span) * (WIDTH - 2 * MARGIN);
  const share = high === low ? 0.5 : (value - low) / (high - low);
  const y = HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN);
  return [Math.round(x * 10) / 10, Math.round(y * 10) / 10];
}

function element(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}
