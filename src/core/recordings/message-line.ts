// A recorded message as one line of JSON. The reverse is read-line.ts; docs/recordings.md describes the format.

import { textOf } from '../payloads/payload-text';
import type { PublicationProperties, QoS } from '../publications/publication';

export interface RecordedMessage {
  /** ms since the epoch; undefined where a line names no time: right after the one before. */
  readonly time: number | undefined;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  /** The server sent it as a retained message in answer to the subscription; nobody published it then. */
  readonly stored: boolean;
  readonly properties: PublicationProperties | undefined;
}

/** The largest payload that is recorded, in bytes. Of a larger one, only its size is. */
export const LARGEST_PAYLOAD = 8 * 1024 * 1024;

/**
 * One line with its line feed. The payload is text under `payload`, or base64 under `payloadBase64` when it is not
 * UTF-8. `size` is that of the whole payload, where only a part of it is in `message`; the line then says so.
 */
export function messageLine(message: RecordedMessage, size = message.payload.length): string {
  const { time, topic, payload, qos, retain, stored, properties } = message;
  const { correlationData, ...texts } = properties ?? {};
  return `${JSON.stringify({
    ...(time === undefined ? {} : { time: new Date(time).toISOString() }),
    topic,
    ...payloadOf(payload),
    ...(size > payload.length ? { payloadSize: size } : {}),
    qos,
    retain,
    ...(stored ? { stored } : {}),
    ...texts,
    ...(correlationData ? { correlationData: correlationData.toString('base64') } : {}),
  })}\n`;
}

function payloadOf(payload: Buffer): { payload: string } | { payloadBase64: string } {
  const text = readableText(payload);
  return text === undefined ? { payloadBase64: payload.toString('base64') } : { payload: text };
}

/** As JSON, a control character takes six bytes. What would grow beyond base64 is no text for people. */
function readableText(payload: Buffer): string | undefined {
  const text = textOf(payload);
  return text === undefined || JSON.stringify(text).length > 2 * payload.length + 2 ? undefined : text;
}

/** What a recording says besides messages, as a line. A replay leaves such lines out. */
type NoteLine =
  | {
      readonly recording: 1;
      /** ISO 8601 */
      readonly started: string;
      readonly broker: string;
      readonly filter: string;
    }
  | { readonly time: string; readonly note: 'connected' | 'disconnected' }
  | { readonly time: string; readonly note: 'dropped'; readonly messages: number }
  | { readonly time: string; readonly note: 'ended'; readonly why: string; readonly messages: number };

export function noteLine(note: NoteLine): string {
  return `${JSON.stringify(note)}\n`;
}
