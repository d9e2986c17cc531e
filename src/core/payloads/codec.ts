// A payload format as a node uses it, with its options, or several around each other: how bytes become `msg.payload` and
// how `msg.payload` becomes bytes. What a format is, payload-format.ts says.

import type { SavedOptions } from '../values/options-schema';
import type { LargeIntegers } from './large-numbers';
import type { FormatTools } from './payload-format';
import type { SparkplugHistory } from './sparkplug-births';

/** What a publication says about its own payload (MQTT 5, sections 3.3.2.3.2 and 3.3.2.3.9). */
export interface PayloadHints {
  readonly contentType?: string;
  /** True: the sender vouches that the payload is UTF-8. */
  readonly payloadFormatIndicator?: boolean;
  /** `content-encoding` names a compression, as in HTTP. */
  readonly userProperties?: Readonly<Record<string, string | readonly string[]>>;
}

/** What a subscriber or publisher asks of formats. Each takes what concerns it. */
export interface CodecOptions {
  /** What whole numbers become that a JavaScript number cannot hold. */
  readonly largeIntegers: LargeIntegers;
  /** Bytes that a payload may have once it is inflated */
  readonly maximumBytes: number;
  /** The options of each format by its name, as they are saved. */
  readonly formatOptions?: Readonly<Record<string, SavedOptions>>;
  /** With what formats prepare themselves; without them they can read no files. */
  readonly tools?: FormatTools;
  /** For Sparkplug: the births that the connection has seen. */
  readonly births?: SparkplugHistory;
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
  | 'notHex'
  | 'notCbor'
  | 'notMessagePack'
  | 'notProtobuf'
  | 'notSparkplug'
  | 'notCompressed'
  | 'tooLarge'
  | 'tooManyValues'
  | 'noBinaryForm'
  | 'unreadable'
  | 'noPayload';

/** `detail` is what the parser said, or what the value is. */
export interface PayloadFailure {
  readonly ok: false;
  readonly problem: PayloadProblem;
  readonly detail: string;
}

export interface DecodedPayload {
  readonly ok: true;
  readonly value: unknown;
  /** What the format reads from the topic; added to `msg.params`. */
  readonly params?: Readonly<Record<string, string>>;
  /** What it says beside the payload, under the name of the format; set on the message. */
  readonly properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export type Decoded = DecodedPayload | PayloadFailure;

/** `contentType` is that by which a receiver reads the value back unchanged; undefined when none is certain. */
export type Encoded =
  | { readonly ok: true; readonly payload: Buffer | string; readonly contentType: string | undefined }
  | PayloadFailure;

export interface Codec {
  readonly name: string;
  /**
   * The content types by which *detect* reads a payload in this format, in lower case: whole types, `+suffix` or `type/*`.
   */
  readonly mediaTypes: readonly string[];
  /** Never throws, and never changes `payload`, which several receivers share. */
  decode(payload: Buffer, hints: PayloadHints, topic: string): Decoded;
  /** Never throws and never changes `value`. A Buffer is handed on, not copied. */
  encode(value: unknown): Encoded;
}

export function failure(problem: PayloadProblem, detail: string): PayloadFailure {
  return { ok: false, problem, detail };
}
