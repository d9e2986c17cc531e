// What a payload format is: a small object that reads and makes payloads. Ours are such objects (formats/), and other
// packages register theirs (docs/formats.md).

import type { OptionsSchema, OptionValues } from '../values/options-schema';
import type { LargeIntegers } from './large-numbers';
import type { SparkplugHistory } from './sparkplug-births';

export interface PayloadFormat {
  /** How flows name it, such as `cbor`. */
  readonly format: string;
  /** What its payloads are, for the content type of MQTT 5. *Detect* reads it, if it has no parameters. */
  readonly mediaType?: string;
  /** Other content types by which *detect* reads a payload: whole types, `+suffix` or `type/*`. */
  readonly mediaTypes?: readonly string[];
  /** What a user may set, by the names of the options. */
  readonly options?: OptionsSchema;
  /** True where decode() refuses values of more than 1,000 levels itself; those of others are walked through. */
  readonly checksDepth?: boolean;
  /**
   * Called once for each place where the format is used, before a payload comes. What it returns is `context.prepared`.
   * Throws an Error for options with which the format cannot work.
   */
  prepare?(options: OptionValues, tools: FormatTools): unknown;
  /** The value of `payload`, which others read, too. Throws an Error that says why there is none. */
  decode(payload: Buffer, context: DecodeContext): unknown;
  /** The payload for `value`, which is not changed. Throws an Error that says why there is none. */
  encode(value: unknown, context: EncodeContext): EncodedValue;
}

/** Bytes that nobody changes afterwards, or a text; with a content type where it depends on the value. */
export type EncodedValue =
  | Uint8Array
  | string
  | { readonly payload: Uint8Array | string; readonly contentType: string | undefined };

export interface EncodeContext {
  /** Each option of the schema that is set or has a default. */
  readonly options: OptionValues;
  /** What prepare() has returned. */
  readonly prepared: unknown;
}

export interface DecodeContext extends EncodeContext {
  readonly topic: string;
  /** That of MQTT 5, where the message has one. */
  readonly contentType: string | undefined;
  /** What whole numbers become that a JavaScript number cannot hold. */
  readonly largeIntegers: LargeIntegers;
  /** To be set by decode(): what the format reads from the topic, for `msg.params`. */
  params: Readonly<Record<string, string>> | undefined;
  /** To be set by decode(): what it says beside the payload. The message has it under the name of the format. */
  info: Readonly<Record<string, unknown>> | undefined;
}

export interface FormatTools {
  /**
   * The text of a file; throws where there is none. A relative path starts at Node-RED's user directory, or at the folder
   * of the file `beside`.
   */
  readText(path: string, beside?: string): string;
  /** What `make` returns, kept under `key` for all places of a node where the format is used. */
  once<T>(key: string, make: () => T): T;
  /** The births that the connection has seen, for Sparkplug. */
  readonly births?: SparkplugHistory | undefined;
}
