// The series of a chart: what an answer of the runtime adds to them, at whatever time it comes.

import assert from 'node:assert/strict';
import { ChartSeries, newsOf, type SeriesName } from '#src/core/sidebar/chart-series';
import type { NumberSeries } from '#src/core/sidebar/sidebar-protocol';

const PRESS: SeriesName = { topic: 'plant/press', path: '', format: '' };
const LAMP: SeriesName = { topic: 'plant/lamp', path: '', format: '' };

/** An answer whose messages have the sequence numbers `sequences`, and these as their values. */
function answerFor(name: SeriesName, ...sequences: number[]): NumberSeries[] {
  return [{ ...name, last: sequences.at(-1) ?? 0, at: sequences, values: sequences }];
}

describe('The series of a chart', () => {
  let chart: ChartSeries;

  beforeEach(() => {
    chart = new ChartSeries();
    chart.of('viewer');
    chart.select(PRESS);
    chart.add(chart.all, answerFor(PRESS, 1, 2));
  });

  it('are asked for what comes after the last known message, which an answer adds', () => {
    assert.deepEqual(newsOf(chart.all), [{ ...PRESS, after: 2 }]);
    chart.add(chart.all, answerFor(PRESS, 3));
    assert.deepEqual(chart.current?.values, [1, 2, 3]);
  });

  it('take nothing twice', () => {
    chart.add(chart.all, answerFor(PRESS, 1, 2));
    assert.deepEqual(chart.current?.values, [1, 2]);
  });

  it('have their past again when another was selected before an answer came', () => {
    const asked = chart.all;
    chart.select(LAMP);
    chart.select(PRESS);
    chart.add(asked, answerFor(PRESS, 3));
    assert.deepEqual(newsOf(chart.all), [{ ...PRESS, after: 0 }]);
    chart.add(chart.all, answerFor(PRESS, 1, 2, 3));
    assert.deepEqual(chart.current?.values, [1, 2, 3]);
  });

  it('take an answer that comes while another is selected, if they are kept', () => {
    chart.keepCurrent();
    const asked = chart.all;
    chart.select(LAMP);
    chart.add(asked, answerFor(PRESS, 3));
    assert.deepEqual(chart.kept[0]?.values, [1, 2, 3]);
    chart.select(PRESS);
    assert.deepEqual(chart.current?.values, [1, 2, 3]);
  });

  it('are emptied for another recording', () => {
    chart.of('another');
    assert.deepEqual(newsOf(chart.all), [{ ...PRESS, after: 0 }]);
  });
});
