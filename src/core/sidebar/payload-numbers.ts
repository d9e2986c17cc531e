// The numbers in a payload that a chart can draw, by path.

import { WrittenNumber } from './shown-json';
import { WrittenLeaf } from './shown-value';

/** The most numbers that are offered. A payload with more holds lists that nobody chooses from. */
const MOST = 200;
const DEEPEST = 20;

/**
 * Each number in `value` with its path, such as `sensors[0].temperature`; the path of a plain number is blank.
 * A chart would show other digits than those of a WrittenNumber, so these are left out.
 */
export function numbersIn(value: unknown): Map<string, number> {
  const numbers = new Map<string, number>();
  collect(value, '', 0, numbers);
  return numbers;
}

function collect(value: unknown, path: string, depth: number, numbers: Map<string, number>): void {
  if (numbers.size >= MOST || depth > DEEPEST) return;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) numbers.set(path, value);
  } else if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) collect(entry, `${path}[${index}]`, depth + 1, numbers);
  } else if (typeof value === 'object' && value !== null && !isLeaf(value)) {
    for (const [name, entry] of Object.entries(value)) collect(entry, join(path, name), depth + 1, numbers);
  }
}

function isLeaf(value: object): boolean {
  return value instanceof WrittenNumber || value instanceof WrittenLeaf;
}

function join(path: string, name: string): string {
  if (!/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}
