// Which part of a payload becomes `msg.payload`, how it is converted, and what happens to a message without it. Runs in
// the editor too.

import { shown } from './plain-value';
import { parsePath } from './template';
import { type ConversionProblem, convertValue, type ValueConversion } from './value-conversion';

/** Steps inside a payload. Unlike the path of a template, none of them depends on the message. */
type ValuePath = readonly string[];

export type ValueOrigin =
  | { readonly kind: 'whole' }
  | { readonly kind: 'path'; readonly path: ValuePath; readonly text: string }
  /** JSONata, evaluated by Node-RED with the message. */
  | { readonly kind: 'expression'; readonly text: string };

/** What happens to a message whose value is missing or cannot be converted; `pass` leaves its payload as decoded. */
export type WhenMissing = 'drop' | 'error' | 'pass';

export interface ValueRule {
  readonly origin: ValueOrigin;
  /** Undefined: the value stays as it is. */
  readonly conversion: ValueConversion | undefined;
  readonly missing: WhenMissing;
  /** Whether what was decoded stays in `msg.data`. */
  readonly keepData: boolean;
}

/** `detail` is what was found in the place of a value that can be converted. */
interface ValueFailure {
  readonly ok: false;
  readonly problem: 'missing' | ConversionProblem;
  readonly detail: string;
}

export type TakenValue = { readonly ok: true; readonly value: unknown } | ValueFailure;

/** Reads a path in a payload, such as `ENERGY.Power` or `a[0]["b c"]`; undefined when it is not one. */
export function parseValuePath(text: string): ValuePath | undefined {
  const path = parsePath(text);
  if (!path) return undefined;
  const steps: string[] = [];
  for (const step of path) {
    if (typeof step !== 'string') return undefined;
    steps.push(step);
  }
  return steps;
}

/** The value at `path` in a decoded payload: own properties of objects, items of lists, entries of Maps. */
export function readValuePath(payload: unknown, path: ValuePath): unknown {
  let value = payload;
  for (const step of path) {
    if (value instanceof Map) value = value.has(step) ? value.get(step) : value.get(Number(step));
    else if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    else value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}

/** The value that `rule` takes from a decoded payload. Expressions are evaluated by the runtime: see convertedValue(). */
export function takeValue(rule: ValueRule, payload: unknown): TakenValue {
  const { origin } = rule;
  return convertedValue(rule, origin.kind === 'path' ? readValuePath(payload, origin.path) : payload);
}

/** `value` by the conversion of `rule`. Null is a value, but nothing that can be converted. */
export function convertedValue({ conversion }: ValueRule, value: unknown): TakenValue {
  if (value === undefined) return MISSING;
  if (!conversion) return { ok: true, value };
  if (value === null) return MISSING;
  const converted = convertValue(value, conversion);
  return converted.ok ? converted : { ...converted, detail: shown(value) };
}

const MISSING: ValueFailure = { ok: false, problem: 'missing', detail: '' };
