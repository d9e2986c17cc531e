// Whether a value differs enough from the one before to count as a change.

import { sameValue } from './same-value';

/** How far numbers have to be apart: by `size`, or by `size` per cent of the value before. */
export interface Deadband {
  readonly kind: 'absolute' | 'percent';
  /** More than 0. */
  readonly size: number;
}

/** The error of a difference between two decimal fractions, as a part of the larger. */
const ROUNDING = 1e-12;

/** Whether `value` differs from `before`: numbers by at least the deadband, if there is one. */
export function differs(before: unknown, value: unknown, deadband: Deadband | undefined): boolean {
  if (deadband) {
    const from = numberIn(before);
    const to = numberIn(value);
    if (from !== undefined && to !== undefined) return isOutside(from, to, deadband);
  }
  return !sameValue(before, value);
}

function isOutside(from: number, to: number, { kind, size }: Deadband): boolean {
  if (from === to) return false;
  const needed = kind === 'absolute' ? size : (Math.abs(from) * size) / 100;
  return Math.abs(to - from) >= needed - ROUNDING * Math.max(Math.abs(from), Math.abs(to));
}

/** A number, or a text that is one, as sensors send it. */
function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}
