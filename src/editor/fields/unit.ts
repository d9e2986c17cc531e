// Units in which a number may be entered. It is saved in the smallest: bytes, milliseconds, seconds.

import { BYTE_UNITS } from '../../core/values/byte-unit';
import { sharedText } from './shared-text';

/** A unit, with its size in the smallest unit. */
export interface Unit {
  /** In the language of the editor. */
  name(): string;
  readonly factor: number;
}

/** In ascending order. The number is saved in the first. */
export type Units = readonly [Unit, ...Unit[]];

export const BYTES: Units = [
  { name: () => sharedText('unit.bytes'), factor: BYTE_UNITS.bytes },
  { name: () => sharedText('unit.kibibytes'), factor: BYTE_UNITS.kibibytes },
  { name: () => sharedText('unit.mebibytes'), factor: BYTE_UNITS.mebibytes },
];

export const MILLISECONDS: Units = [
  { name: () => sharedText('unit.milliseconds'), factor: 1 },
  { name: () => sharedText('unit.seconds'), factor: 1000 },
  { name: () => sharedText('unit.minutes'), factor: 60_000 },
  { name: () => sharedText('unit.hours'), factor: 3_600_000 },
];

export const SECONDS: Units = [
  { name: () => sharedText('unit.seconds'), factor: 1 },
  { name: () => sharedText('unit.minutes'), factor: 60 },
  { name: () => sharedText('unit.hours'), factor: 3600 },
  { name: () => sharedText('unit.days'), factor: 86_400 },
];

/** The largest unit that gives a whole number for `value`; the smallest for 0. */
export function unitOf(value: number, units: Units): Unit {
  const [smallest] = units;
  if (value === 0) return smallest;
  return units.findLast(({ factor }) => value % factor === 0) ?? smallest;
}

/** `value`, in a unit of `factor`, in the smallest unit. The result is rounded: 1.1 s are 1100 ms. */
export function inSmallest(value: number, factor: number): number {
  const product = value * factor;
  const whole = Math.round(product);
  return Math.abs(product - whole) < 1e-6 ? whole : product;
}

/** An amount with its unit, such as 64 MiB. */
export function amountText(value: number, units: Units): string {
  const unit = unitOf(value, units);
  return `${value / unit.factor} ${unit.name()}`;
}
