// A value as a dialog shows it: short, in one line, and telling its type.

const MOST = 300;

/** The type of `value` in the words of JavaScript. */
export function typeOfValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'Array';
  if (value instanceof Date) return 'Date';
  if (value instanceof Map) return 'Map';
  if (value instanceof Uint8Array) return 'Buffer';
  return typeof value;
}

/** The beginning of `value`, about 300 characters. Never throws. */
export function valueText(value: unknown): string {
  if (typeof value === 'bigint') return cut(String(value));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (value instanceof Uint8Array)
    return `Buffer [${Array.from(value.subarray(0, 20)).join(', ')}${value.length > 20 ? ', …' : ''}]`;
  try {
    const text = JSON.stringify(value, (_key, inner: unknown) => plainInner(inner)) ?? String(value);
    return cut(text);
  } catch {
    // A cycle, or a getter that throws.
    return `[${typeOfValue(value)}]`;
  }
}

function cut(text: string): string {
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}

function plainInner(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Map ? Object.fromEntries(value) : value;
}
