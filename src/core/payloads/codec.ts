// Payload formats: how bytes become `msg.payload` and how `msg.payload` becomes bytes.

import { isUtf8 } from 'node:buffer';
import { MqttFlowsError } from '../errors/mqtt-flows-error';
import type { BuiltInFormat } from './format';

/** What a publication says about its payload (MQTT 5, sections 3.3.2.3.2 and 3.3.2.3.9). */
export interface PayloadHints {
  readonly contentType?: string;
  /** True: the sender states that the payload is UTF-8. */
  readonly payloadFormatIndicator?: boolean;
}

/** Why a payload cannot be read or made. Each value has a sentence in the locales under `payload.`. */
export type PayloadProblem = 'notJson' | 'notBase64' | 'notBytes' | 'noPayload';

/** `detail` is the message of the parser, or the type of the value. */
export interface PayloadFailure {
  readonly ok: false;
  readonly problem: PayloadProblem;
  readonly detail: string;
}

export type Decoded = { readonly ok: true; readonly value: unknown } | PayloadFailure;

export type Encoded = { readonly ok: true; readonly payload: Buffer | string } | PayloadFailure;

export interface Codec {
  /** Never throws. */
  decode(payload: Buffer, hints: PayloadHints): Decoded;
  /** Never throws and never changes `value`; a Buffer is handed on, not copied. */
  encode(value: unknown): Encoded;
  /** The content type by which a receiver reads `value` back unchanged; undefined when none is certain. */
  mediaType(value: unknown): string | undefined;
}

function decodeString(payload: Buffer): Decoded {
  return { ok: true, value: payload.toString('utf8') };
}

function decodeJson(payload: Buffer): Decoded {
  try {
    return { ok: true, value: JSON.parse(payload.toString('utf8')) };
  } catch (error) {
    return failure('notJson', detailOf(error));
  }
}

/**
 * The hints decide. Without hints, UTF-8 that parses is JSON, other UTF-8 is a string, and anything else is a Buffer.
 */
function decodeAuto(payload: Buffer, hints: PayloadHints): Decoded {
  const mediaType = hints.contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === 'application/json' || mediaType?.endsWith('+json')) return decodeJson(payload);
  if (mediaType?.startsWith('text/')) return decodeString(payload);
  if (mediaType === 'application/octet-stream') return { ok: true, value: payload };
  if (!hints.payloadFormatIndicator && !isUtf8(payload)) return { ok: true, value: payload };
  const text = payload.toString('utf8');
  if (!mayBeJson(text)) return { ok: true, value: text };
  const parsed = parseOrUndefined(text);
  return { ok: true, value: parsed === undefined ? text : parsed };
}

/**
 * JSON starts with white space or one of these characters. Most plain texts are recognised without a parser that
 * throws.
 */
function mayBeJson(text: string): boolean {
  const first = text.charCodeAt(0);
  return first <= 0x22 || first === 0x2d || (first >= 0x30 && first <= 0x39) || '[{tfn'.includes(text.charAt(0));
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function encodeAuto(value: unknown): Encoded {
  if (Buffer.isBuffer(value)) return { ok: true, payload: value };
  if (value instanceof Uint8Array)
    return { ok: true, payload: Buffer.from(value.buffer, value.byteOffset, value.length) };
  switch (typeof value) {
    case 'string':
      return { ok: true, payload: value };
    case 'undefined':
      return { ok: true, payload: '' };
    case 'number':
    case 'boolean':
    case 'bigint':
      return { ok: true, payload: String(value) };
    case 'object':
      return encodeJson(value);
    default:
      return failure('noPayload', typeof value);
  }
}

function encodeJson(value: unknown): Encoded {
  try {
    const text: string | undefined = JSON.stringify(value);
    return text === undefined ? failure('notJson', typeof value) : { ok: true, payload: text };
  } catch (error) {
    // JSON.stringify() throws for circular structures and BigInt values.
    return failure('notJson', detailOf(error));
  }
}

function encodeBase64(value: unknown): Encoded {
  if (Buffer.isBuffer(value)) return { ok: true, payload: value };
  if (typeof value !== 'string') return failure('notBase64', typeof value);
  // Buffer.from() skips characters that are not base64, and a payload must not lose bytes.
  const digits = /^([A-Za-z0-9+/_-]*)={0,2}\s*$/.exec(value)?.[1];
  // A single last digit holds six bits, too few for a byte.
  if (digits === undefined || digits.length % 4 === 1) return failure('notBase64', typeof value);
  return { ok: true, payload: Buffer.from(value, 'base64') };
}

function encodeBuffer(value: unknown): Encoded {
  if (Buffer.isBuffer(value) || value instanceof Uint8Array || typeof value === 'string') return encodeAuto(value);
  return failure('notBytes', typeof value);
}

const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain';
const BYTES_TYPE = 'application/octet-stream';

/** Depends on the type of the value. A number that JSON cannot carry is sent as text. */
function mediaTypeAuto(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return BYTES_TYPE;
  switch (typeof value) {
    case 'string':
    case 'bigint':
      return TEXT_TYPE;
    case 'number':
      return Number.isFinite(value) ? JSON_TYPE : TEXT_TYPE;
    case 'boolean':
    case 'object':
      return JSON_TYPE;
    default:
      return undefined;
  }
}

function failure(problem: PayloadProblem, detail: string): PayloadFailure {
  return { ok: false, problem, detail };
}

function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const BUILT_IN: Readonly<Record<BuiltInFormat, Codec>> = {
  auto: { decode: decodeAuto, encode: encodeAuto, mediaType: mediaTypeAuto },
  string: { decode: decodeString, encode: encodeAuto, mediaType: mediaTypeAuto },
  json: { decode: decodeJson, encode: encodeJson, mediaType: () => JSON_TYPE },
  buffer: {
    decode: (payload) => ({ ok: true, value: payload }),
    encode: encodeBuffer,
    mediaType: () => BYTES_TYPE,
  },
  base64: {
    decode: (payload) => ({ ok: true, value: payload.toString('base64') }),
    encode: encodeBase64,
    mediaType: () => BYTES_TYPE,
  },
};
const CODECS: ReadonlyMap<string, Codec> = new Map(Object.entries(BUILT_IN));

/** The codec of a format, or undefined when no format has that name. */
export function findCodec(name: string): Codec | undefined {
  return CODECS.get(name);
}

/** The error for a payload that a codec cannot read or make. */
export function payloadError(
  code: 'payload-undecodable' | 'payload-unencodable',
  { problem, detail }: PayloadFailure,
  topic: string,
): MqttFlowsError {
  const stage = code === 'payload-undecodable' ? 'decode' : 'publish';
  return new MqttFlowsError(code, { stage, params: { topic, detail, problemKey: `payload.${problem}` } });
}
