// The numbers in a payload that a chart can draw, by path: those of JSON and other formats, of yes and no, and those that
// stand in a text.

import { shownJson, WrittenNumber } from './shown-json';
import { WrittenLeaf } from './shown-value';

/** The most numbers that are offered. A payload with more holds lists that nobody chooses from. */
const MOST = 200;
const DEEPEST = 20;
/** The most numbers of a text, and its characters that are looked through. */
const MOST_IN_TEXT = 20;
const LONGEST_TEXT = 2000;

/**
 * Each number in `value` with its path, such as `sensors[0].temperature`; the path of a plain number is blank. True and
 * false are 1 and 0. A text such as `21.5 °C` is its number.
 * A chart would show other digits than those of a WrittenNumber, so these are left out.
 */
export function numbersIn(value: unknown): Map<string, number> {
  const numbers = new Map<string, number>();
  collect(value, '', 0, numbers);
  return numbers;
}

/** The same for a payload that is text: JSON, or words with numbers in them. */
export function numbersInText(text: string): Map<string, number> {
  const json = shownJson(text);
  return json && typeof json.value !== 'string' ? numbersIn(json.value) : numbersAmongWords(text);
}

function collect(value: unknown, path: string, depth: number, numbers: Map<string, number>): void {
  if (numbers.size >= MOST || depth > DEEPEST) return;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) numbers.set(path, value);
  } else if (typeof value === 'boolean') {
    numbers.set(path, value ? 1 : 0);
  } else if (typeof value === 'string') {
    const number = measured(value);
    if (number !== undefined) numbers.set(path, number);
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

// A number and perhaps its unit.
const MEASURED = /^\s*([-+]?\d{1,15}(?:\.\d{1,15})?(?:[eE][-+]?\d{1,3})?)\s?[^\d\s:./-]{0,8}\s*$/;

function measured(text: string): number | undefined {
  const found = text.length > 60 ? null : MEASURED.exec(text);
  return found ? Number(found[1]) : undefined;
}

// A number that is no part of a word, perhaps with its name before it: `temp=21.5`, `Humidity: 40 %`.
const NAMED =
  /(?:([\p{L}_][\p{L}\p{N}_-]{0,40})\s?[=:]\s?)?(?<![\p{L}\p{N}_.])([-+]?\d{1,15}(?:\.\d{1,15})?(?:[eE][-+]?\d{1,3})?)(?![\p{N}.])/gu;

/** By name, or by place: `#2` is the second. A single one without a name has a blank path. */
function numbersAmongWords(text: string): Map<string, number> {
  const found = [...text.slice(0, LONGEST_TEXT).matchAll(NAMED)].slice(0, MOST_IN_TEXT);
  const numbers = new Map<string, number>();
  for (const [index, [, name, digits]] of found.entries()) {
    const path = name ?? (found.length === 1 ? '' : `#${index + 1}`);
    if (!numbers.has(path)) numbers.set(path, Number(digits));
  }
  return numbers;
}
