// JSON as it came: its numbers with all their digits, and laid out in lines. Runs in the editor.

import { endOfText, exactNumber, lookThrough, withExactNumbers } from '../payloads/large-numbers';

/** A number as it was written, where a JavaScript number would show other digits. */
export class WrittenNumber {
  readonly literal: string;

  constructor(literal: string) {
    this.literal = literal;
  }
}

/**
 * The value of `text`, with a WrittenNumber where a number cannot hold the digits. Undefined when it is no JSON, has more
 * levels than can be shown, or is one number that is only right as text.
 */
export function shownJson(text: string): { readonly value: unknown } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value === 'number') return typeof exactNumber(text, value) === 'number' ? { value } : undefined;
  if (typeof value !== 'object' || value === null) return { value };
  const found = lookThrough(value);
  if (found === 'tooDeep') return undefined;
  if (found === 'exact') return { value };
  return { value: withExactNumbers(text, value, (literal) => new WrittenNumber(literal)) };
}

const QUOTE = '"';
const INDENT = '  ';

/** `text`, which is valid JSON, in lines with two spaces for each level, and otherwise as it came. */
export function laidOut(text: string): string {
  const parts: string[] = [];
  let level = 0;
  const newLine = (): void => void parts.push('\n', INDENT.repeat(level));
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === QUOTE) {
      const end = endOfText(text, at);
      parts.push(text.slice(at, end + 1));
      at = end;
    } else if (character === '{' || character === '[') {
      const next = nextAfterSpace(text, at + 1);
      parts.push(character);
      if ('}]'.includes(text.charAt(next))) {
        parts.push(text.charAt(next));
        at = next;
      } else {
        level++;
        newLine();
      }
    } else if (character === '}' || character === ']') {
      level--;
      newLine();
      parts.push(character);
    } else if (character === ',') {
      parts.push(character);
      newLine();
    } else if (character === ':') parts.push(': ');
    else if (character > ' ') parts.push(character);
  }
  return parts.join('');
}

function nextAfterSpace(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) <= 0x20) at++;
  return at;
}
