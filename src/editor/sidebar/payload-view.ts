// Reads a payload as text, as JSON or in hexadecimal.

import { laidOut, shownJson, WrittenNumber } from '../../core/sidebar/shown-json';
import type { ShownMessage } from '../../core/sidebar/sidebar-protocol';

/** A decoded payload. */
export interface ReadPayload {
  readonly bytes: Uint8Array;
  /** Undefined when the payload is not UTF-8. */
  readonly text: string | undefined;
  /** Undefined when it is not JSON that can be shown as such. Wrapped in an object, because null and false are JSON too. */
  readonly json: { readonly value: unknown } | undefined;
}

export function readPayload({ payload }: Pick<ShownMessage, 'payload'>): ReadPayload {
  const bytes = bytesOfBase64(payload);
  const text = decoded(bytes);
  return { bytes, text, json: text === undefined ? undefined : shownJson(text) };
}

/** The bytes of a text in Base64. */
export function bytesOfBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A decoded value in lines that can be compared. */
export function comparableValue(value: unknown): string {
  if (typeof value === 'string') return value;
  const asText = (_name: string, part: unknown): unknown => (part instanceof WrittenNumber ? part.literal : part);
  return JSON.stringify(value, asText, 2) ?? '';
}

/** The payload in lines that can be compared: formatted JSON, other text unchanged, other bytes in hexadecimal. */
export function comparableText({ bytes, text, json }: ReadPayload): string {
  if (text === undefined) return hexLines(bytes);
  return json && typeof json.value === 'object' ? laidOut(text) : text;
}

/** The most bytes of a payload that are shown in hexadecimal. */
const MOST_HEX = 16 * 1024;
const ROW = 8;

/** Eight bytes per line: offset, values, and printable characters. */
export function hexLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, MOST_HEX); at += ROW) {
    const row = Array.from(bytes.subarray(at, at + ROW));
    const values = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const characters = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${at.toString(16).padStart(4, '0')}  ${values.padEnd(3 * ROW - 1)}  ${characters}`);
  }
  if (bytes.length > MOST_HEX) lines.push('…');
  return lines.join('\n');
}
