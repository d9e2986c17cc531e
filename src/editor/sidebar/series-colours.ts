// Colours of series in a chart that colour-blind people tell apart, too: those of Okabe and Ito, without black and yellow, which
// vanish in a dark or a light theme. With more series, lines are dashed.

const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] as const;
const DASH = [6, 4] as const;

/** The colour of the series with that index. */
export function seriesColour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? COLOURS[0];
}

/** Lengths of lines and gaps; empty for a solid line. */
export function seriesDash(index: number): readonly number[] {
  return index < COLOURS.length ? [] : DASH;
}
