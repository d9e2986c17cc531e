// One message as an observer keeps it: complete enough to be shown, compact enough to keep many.

import { plainText } from '../errors/plain-text';
import type { IncomingPublication, PublicationProperties, QoS } from '../publications/publication';
import { contentBytes } from '../publications/publication-size';

export interface Observation {
  /** Rises with each message that is recorded. */
  readonly sequence: number;
  /** ms since the epoch */
  readonly at: number;
  /** The payload, a character per byte: many small strings take a fraction of the memory of many small Buffers. */
  readonly bytes: string;
  /** Bytes of the payload as it came; more than `bytes` holds when it was cut. */
  readonly size: number;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties?: PublicationProperties;
}

/** What an observation costs besides its content, in bytes: objects, array slots, numbers. */
const OVERHEAD = 200;

/** Keeps a publication with `maxPayload` bytes of its payload at most. */
export function observe(
  { payload, qos, retain, properties }: IncomingPublication,
  sequence: number,
  at: number,
  maxPayload: number,
): Observation {
  const bytes = payload.toString('latin1', 0, maxPayload);
  const observation = { sequence, at, bytes, size: payload.length, qos, retain };
  return properties ? { ...observation, properties } : observation;
}

/** Bytes of memory that an observation takes, roughly. */
export function observationCost({ bytes, properties }: Observation): number {
  const described = properties ? contentBytes({ topic: '', payload: '', qos: 0, retain: false, properties }) : 0;
  return OVERHEAD + bytes.length + described;
}

/** Characters of a payload that stand in a row of the tree. */
const PREVIEW = 120;
/** Bytes of a binary payload that do. */
const PREVIEW_BYTES = 16;
// Control characters but tab, line feed and carriage return: what text has no use for.
const CONTROL = /[^\P{Cc}\t\n\r]/u;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The beginning of a payload on one line: as text, or else in hexadecimal. */
export function previewOf({ bytes }: Pick<Observation, 'bytes'>): string {
  const start = Buffer.from(bytes.slice(0, 4 * PREVIEW), 'latin1');
  const text = textOf(start, bytes.length > start.length);
  if (text === undefined)
    return start
      .subarray(0, PREVIEW_BYTES)
      .toString('hex')
      .replace(/..(?=.)/g, '$& ');
  const line = plainText(text);
  return line.length > PREVIEW ? `${line.slice(0, PREVIEW)}…` : line;
}

/** The text that UTF-8 `bytes` are, or undefined. With `cut`, the last character may be incomplete. */
function textOf(bytes: Uint8Array, cut: boolean): string | undefined {
  for (let missing = 0; missing < (cut ? 4 : 1); missing++) {
    try {
      const text = decoder.decode(bytes.subarray(0, bytes.length - missing));
      return CONTROL.test(text) ? undefined : text;
    } catch {
      // Not the end of a character: one byte less may be.
    }
  }
  return undefined;
}
