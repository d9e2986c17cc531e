// Reads a line of a recording. Recordings come from anywhere, so each value is checked. Lines of `mosquitto_sub -F %J`
// and lines written by hand are read, too.

import { jsonFrom } from '../payloads/json-text';
import { bigIntOr, lookThrough, withExactNumbers } from '../payloads/large-numbers';
import { isQoS, type PublicationProperties, type QoS } from '../publications/publication';
import { NO_PROPERTY_SETTINGS, publicationProperties } from '../publications/publication-properties';
import { topicNameProblem } from '../topics/topic-name';
import { NOTHING_OUTSIDE } from '../values/outside-value';
import { fieldsOf, isRecord } from '../values/plain-value';
import type { RecordedMessage } from './message-line';

/** Why a line is no message. Each value has a sentence in the locales under `line.`. */
export type LineProblem =
  | 'notJson'
  | 'time'
  | 'topic'
  | 'payload'
  | 'cut'
  | 'qos'
  | 'retain'
  | 'properties'
  | 'tooLong';

export type ReadLine =
  | { readonly kind: 'message'; readonly message: RecordedMessage }
  /** It says something about the recording, or is blank. */
  | { readonly kind: 'note' }
  | { readonly kind: 'invalid'; readonly problem: LineProblem };

type Fields = Readonly<Record<string, unknown>>;

const NOTE: ReadLine = { kind: 'note' };

const BYTE_ORDER_MARK = '\uFEFF';

/** Reads `line`, without its line feed. Never throws. */
export function readLine(line: string): ReadLine {
  if (line.trim() === '') return NOTE;
  // Programs of Windows begin a file with it.
  const text = line.startsWith(BYTE_ORDER_MARK) ? line.slice(1) : line;
  const fields = fieldsIn(text);
  if (!fields) return invalid('notJson');
  if (fields.topic === undefined && (fields.recording !== undefined || fields.note !== undefined)) return NOTE;
  const { topic } = fields;
  if (typeof topic !== 'string' || topicNameProblem(topic)) return invalid('topic');
  const time = timeIn(fields.time ?? fields.tst);
  if (time === 'invalid') return invalid('time');
  const payload = payloadIn(fields, text);
  if (!payload) return invalid('payload');
  const { payloadSize } = fields;
  if (typeof payloadSize === 'number' && payloadSize > payload.length) return invalid('cut');
  const qos = qosIn(fields.qos);
  if (qos === undefined) return invalid('qos');
  const [retain, stored] = [flagIn(fields.retain), flagIn(fields.stored)];
  if (retain === undefined || stored === undefined) return invalid('retain');
  const properties = propertiesIn(fields);
  if (properties === 'invalid') return invalid('properties');
  return { kind: 'message', message: { time, topic, payload, qos, retain, stored, properties } };
}

function invalid(problem: LineProblem): ReadLine {
  return { kind: 'invalid', problem };
}

function fieldsIn(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The times that a Date can be, in ms since the epoch. */
const LATEST = 8.64e15;

/** A text of ISO 8601 or ms since the epoch. */
function timeIn(value: unknown): number | undefined | 'invalid' {
  if (value === undefined) return undefined;
  const time = typeof value === 'string' ? Date.parse(value) : value;
  return typeof time === 'number' && Math.abs(time) <= LATEST ? time : 'invalid';
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Values that are no text are what a JSON payload says. `line` is the text of `fields`. */
function payloadIn(fields: Fields, line: string): Buffer | undefined {
  const { payload, payloadBase64 } = fields;
  if (payloadBase64 !== undefined) {
    const isBase64 = typeof payloadBase64 === 'string' && payloadBase64.length % 4 === 0 && BASE64.test(payloadBase64);
    return isBase64 ? Buffer.from(payloadBase64, 'base64') : undefined;
  }
  if (payload === undefined || isCleared(fields)) return Buffer.alloc(0);
  const text = typeof payload === 'string' ? writtenText(payload, fields) : jsonText(fields, line);
  return text === undefined ? undefined : Buffer.from(text);
}

/** mosquitto_sub prints null for an empty payload, and for the JSON null. */
function isCleared({ payload, payloadlen }: Fields): boolean {
  return payload === null && payloadlen === 0;
}

/** mosquitto_sub prints a payload that is a text in JSON without its quotes; the bytes that it counts are more then. */
function writtenText(text: string, { payloadlen }: Fields): string {
  const isJson = typeof payloadlen === 'number' && payloadlen >= Buffer.byteLength(text) + 2;
  return isJson ? JSON.stringify(text) : text;
}

/** The payload as JSON. Undefined where it is nested too deeply: a text of any depth can be read, but not made. */
function jsonText(fields: Fields, line: string): string | undefined {
  const { payload } = fields;
  try {
    // Few payloads have numbers whose digits JSON.parse() has lost; only their lines are read again.
    if (lookThrough({ payload }) === 'exact') return JSON.stringify(payload);
  } catch {
    return undefined;
  }
  const json = jsonFrom(fieldsOf(withExactNumbers(line, fields, bigIntOr)).payload);
  return json.ok ? json.payload.toString() : undefined;
}

function qosIn(value: unknown): QoS | undefined {
  if (value === undefined) return 0;
  return isQoS(value) ? value : undefined;
}

function flagIn(value: unknown): boolean | undefined {
  if (value === undefined || value === false || value === 0) return false;
  return value === true || value === 1 ? true : undefined;
}

const PROPERTIES = [
  'payloadFormatIndicator',
  'messageExpiryInterval',
  'contentType',
  'responseTopic',
  'correlationData',
  'userProperties',
] as const;

function propertiesIn(fields: Fields): PublicationProperties | undefined | 'invalid' {
  if (!PROPERTIES.some((name) => fields[name] !== undefined)) return undefined;
  const { correlationData } = fields;
  if (correlationData !== undefined && typeof correlationData !== 'string') return 'invalid';
  const bytes = correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData, 'base64') };
  const read = publicationProperties({ ...fields, ...bytes }, NO_PROPERTY_SETTINGS, NOTHING_OUTSIDE);
  return read.ok ? read.value : 'invalid';
}
