// The difference between two payloads, line by line. Structured payloads are formatted into lines first.

interface DifferenceLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/**
 * The largest product of line counts for which the shortest difference is searched. Above it, everything that differs
 * counts as replaced.
 */
const EFFORT = 1_000_000;

/** The lines of both texts, in order: kept, only in `before`, only in `after`. */
export function differenceOf(before: string, after: string): DifferenceLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  const start = commonStart(a, b);
  const end = commonEnd(a, b, start);
  return [
    ...signed(' ', a.slice(0, start)),
    ...between(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...signed(' ', a.slice(a.length - end)),
  ];
}

function signed(sign: DifferenceLine['sign'], lines: readonly string[]): DifferenceLine[] {
  return lines.map((text) => ({ sign, text }));
}

function commonStart(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function commonEnd(a: readonly string[], b: readonly string[], start: number): number {
  const most = Math.min(a.length, b.length) - start;
  let length = 0;
  while (length < most && a[a.length - 1 - length] === b[b.length - 1 - length]) length++;
  return length;
}

function between(a: readonly string[], b: readonly string[]): DifferenceLine[] {
  if (a.length * b.length > EFFORT) return [...signed('-', a), ...signed('+', b)];
  const lengths = commonLengths(a, b);
  const at = (i: number, j: number): number => lengths[i * (b.length + 1) + j] ?? 0;
  const lines: DifferenceLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const x = a[i];
    const y = b[j];
    if (x !== undefined && x === y) {
      lines.push({ sign: ' ', text: x });
      i++;
      j++;
    } else if (x !== undefined && (y === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ sign: '-', text: x });
      i++;
    } else if (y !== undefined) {
      lines.push({ sign: '+', text: y });
      j++;
    }
  }
  return lines;
}

/** The number of lines that `a` from i and `b` from j have in common, at i * (b.length + 1) + j. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const below = (i + 1) * width + j;
      const here = i * width + j;
      lengths[here] =
        a[i] === b[j] ? (lengths[below + 1] ?? 0) + 1 : Math.max(lengths[below] ?? 0, lengths[here + 1] ?? 0);
    }
  }
  return lengths;
}
