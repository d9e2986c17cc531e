// A JSON Schema inferred from payloads that were seen: what all of them have in common.

import { isRecord } from '../values/plain-value';

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
}

/** Levels, properties and elements that are looked at. Devices choose how large a payload is. */
const MOST_LEVELS = 10;
const MOST_PROPERTIES = 100;
const MOST_ELEMENTS = 100;

/** The schema that fits all `values`, which are plain values of JSON. `{}`, which fits everything, where there are none. */
export function inferredSchema(values: readonly unknown[], levels = MOST_LEVELS): JsonSchema {
  const types = typesOf(values);
  if (types.length === 0) return {};
  const type = types.length === 1 ? (types[0] ?? []) : types;
  const objects = values.filter(isRecord);
  const arrays = values.filter((value) => Array.isArray(value));
  return {
    type,
    ...(objects.length > 0 && levels > 0 ? objectSchema(objects, levels - 1) : {}),
    ...(arrays.length > 0 && levels > 0 ? arraySchema(arrays, levels - 1) : {}),
  };
}

function objectSchema(objects: readonly Readonly<Record<string, unknown>>[], levels: number): JsonSchema {
  const found = new Map<string, unknown[]>();
  for (const object of objects) {
    for (const [name, value] of Object.entries(object)) {
      const known = found.get(name);
      if (known) known.push(value);
      else if (found.size < MOST_PROPERTIES) found.set(name, [value]);
    }
  }
  const schemas = Array.from(found, ([name, values]): [string, JsonSchema] => [name, inferredSchema(values, levels)]);
  const required = Array.from(found).flatMap(([name, values]) => (values.length === objects.length ? [name] : []));
  // Object.fromEntries() defines `__proto__` as a name like any other.
  return { properties: Object.fromEntries(schemas), ...(required.length > 0 ? { required } : {}) };
}

function arraySchema(arrays: readonly unknown[][], levels: number): JsonSchema {
  const elements = arrays.flatMap((array) => array.slice(0, MOST_ELEMENTS)).slice(0, MOST_ELEMENTS);
  return elements.length > 0 ? { items: inferredSchema(elements, levels) } : {};
}

/** The types of JSON Schema that occur. `number` includes `integer`. */
function typesOf(values: readonly unknown[]): string[] {
  const types = new Set(values.flatMap((value) => typeOf(value) ?? []));
  if (types.has('number')) types.delete('integer');
  return [...types].sort();
}

function typeOf(value: unknown): string | undefined {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return ['string', 'boolean', 'object'].find((type) => type === typeof value);
}
