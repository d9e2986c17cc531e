// What a payload format does: how bytes become `msg.payload` and how `msg.payload` becomes bytes. Each format has a file
// of its own; find-codec.ts knows them all.

import type { BuiltInFormat } from './format';

/** What a publication says about its own payload (MQTT 5, sections 3.3.2.3.2 and 3.3.2.3.9). */
export interface PayloadHints {
  readonly contentType?: string;
  /** True: the sender vouches that the payload is UTF-8. */
  readonly payloadFormatIndicator?: boolean;
}

/** Why a payload cannot be read or made. Each value has a sentence in the locales under `payload.`. */
export type PayloadProblem =
  | 'notJson'
  | 'notUtf8'
  | 'startsWithBom'
  | 'endsWithNul'
  | 'tooDeep'
  | 'noJsonForm'
  | 'notBase64'
  | 'notBytes'
  | 'noPayload';

/** `detail` is what the parser said, or what the value is. */
export interface PayloadFailure {
  readonly ok: false;
  readonly problem: PayloadProblem;
  readonly detail: string;
}

export type Decoded = { readonly ok: true; readonly value: unknown } | PayloadFailure;

/** `contentType` is that by which a receiver reads the value back unchanged; undefined when none is certain. */
export type Encoded =
  | { readonly ok: true; readonly payload: Buffer | string; readonly contentType: string | undefined }
  | PayloadFailure;

export interface Codec {
  readonly name: BuiltInFormat;
  /**
   * The content types by which *detect* reads a payload in this format, in lower case: whole types, `+suffix` or `type/*`.
   */
  readonly mediaTypes: readonly string[];
  /** Never throws. */
  decode(payload: Buffer, hints: PayloadHints): Decoded;
  /** Never throws and never changes `value`. A Buffer is handed on, not copied. */
  encode(value: unknown): Encoded;
}

export function failure(problem: PayloadProblem, detail: string): PayloadFailure {
  return { ok: false, problem, detail };
}
