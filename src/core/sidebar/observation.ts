// One message as the recorder keeps it: complete enough to show, compact enough to keep many.

import { plainText } from '../errors/plain-text';
import type { IncomingPublication, PublicationProperties, QoS } from '../publications/publication';
import { contentBytes } from '../publications/publication-size';

export interface Observation {
  /** Increases with each recorded message. */
  readonly sequence: number;
  /** ms since the epoch */
  readonly at: number;
  /**
   * The payload, one character for each byte: many small strings take a fraction of the memory of many small Buffers.
   */
  readonly bytes: string;
  /** Bytes of the payload as received; more than `bytes` holds when it was cut. */
  readonly size: number;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties?: PublicationProperties;
}

/** The cost of an observation beside its content, in bytes: objects, array slots, numbers. */
const OVERHEAD = 200;

/** Makes an observation of a publication, with at most `maxPayload` bytes of its payload. */
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

/** The approximate memory of an observation, in bytes. */
export function observationCost({ bytes, properties }: Observation): number {
  const described = properties ? contentBytes({ topic: '', payload: '', qos: 0, retain: false, properties }) : 0;
  return OVERHEAD + bytes.length + described;
}

/** The most characters of a payload in a row of the tree. */
const PREVIEW = 120;
/** The most bytes of a binary payload in a row of the tree. */
const PREVIEW_BYTES = 16;
// Control characters except tab, line feed and carriage return.
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

/** `bytes` as UTF-8 text, or undefined. With `cut`, the last character may be incomplete. */
function textOf(bytes: Uint8Array, cut: boolean): string | undefined {
  for (let missing = 0; missing < (cut ? 4 : 1); missing++) {
    try {
      const text = decoder.decode(bytes.subarray(0, bytes.length - missing));
      return CONTROL.test(text) ? undefined : text;
    } catch {
      // The cut may be inside a character: try with one byte less.
    }
  }
  return undefined;
}
