// Makes a colour readable on a background, for text of a size that needs a contrast of 4.5 (WCAG 2, 1.4.3).

/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [number, number, number];

const ENOUGH = 4.5;
const STEPS = 20;

/** `color`, mixed with as little of `text` as makes it readable on `background`; `text` itself where nothing less does. */
export function readableColor(color: Rgb, background: Rgb, text: Rgb): Rgb {
  for (let step = 0; step < STEPS; step++) {
    const mixed = mix(color, text, step / STEPS);
    if (contrast(mixed, background) >= ENOUGH) return mixed;
  }
  return text;
}

/** From 1 to 21 (WCAG 2, contrast ratio). */
export function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function mix(one: Rgb, other: Rgb, share: number): Rgb {
  const part = (index: 0 | 1 | 2): number => Math.round(one[index] * (1 - share) + other[index] * share);
  return [part(0), part(1), part(2)];
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(value: number): number {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** The colour that a browser has computed, `rgb(173, 22, 37)`; undefined for another notation or where it is transparent. */
export function parseComputed(text: string): Rgb | undefined {
  const [red, green, blue, alpha = 1] = (/^rgba?\(([^)]*)\)$/.exec(text)?.[1] ?? '').split(/[ ,/]+/).map(Number);
  if (red === undefined || green === undefined || blue === undefined || alpha === 0) return undefined;
  return [red, green, blue].some(Number.isNaN) ? undefined : [red, green, blue];
}
