// Payload formats that other packages bring: plugins of the type `mqtt-flows-format` (docs/formats.md).

import type { NodeAPI } from 'node-red';
import { detailOf } from '../../core/errors/thrown-value';
import { type Codec, type CodecOptions, type Decoded, type Encoded, failure } from '../../core/payloads/codec';
import type { OtherFormats } from '../../core/payloads/formats/find-codec';
import { TOO_DEEP } from '../../core/payloads/json-text';
import { isTooDeep } from '../../core/payloads/too-deep';

export const FORMAT_PLUGIN = 'mqtt-flows-format';

/** What a plugin registers beside its type. Both functions throw an Error for what they cannot read or make. */
export interface RegisteredFormat {
  /** How flows name it, such as `bson`. */
  readonly format: string;
  /** How dialogs name it; the name of the format unless given. */
  readonly label?: string;
  /** What a published payload is, for the content type of MQTT 5. *Detect* reads it, if it has no parameters. */
  readonly mediaType?: string;
  /** Other content types by which *detect* reads a payload, as types or as `+suffix`. */
  readonly mediaTypes?: readonly string[];
  /** The value of `payload`, which must not be changed. */
  decode(payload: Buffer, context: { readonly topic: string; readonly largeIntegers: 'text' | 'bigint' }): unknown;
  encode(value: unknown): Uint8Array | string;
}

/** The registered formats, in the order of their names. What is no format is left out. */
export function registeredFormats(RED: NodeAPI): readonly RegisteredFormat[] {
  const plugins: readonly unknown[] = RED.plugins.getByType(FORMAT_PLUGIN);
  return plugins.filter(isFormat).sort((a, b) => (a.format < b.format ? -1 : 1));
}

/** The codecs of the registered formats. */
export function otherFormats(RED: NodeAPI, options: CodecOptions): OtherFormats {
  return {
    find(name) {
      const format = registeredFormats(RED).find((one) => one.format === name);
      return format && guarded(format, options);
    },
    all: () => registeredFormats(RED).map((format) => guarded(format, options)),
  };
}

function isFormat(plugin: unknown): plugin is RegisteredFormat {
  if (typeof plugin !== 'object' || plugin === null) return false;
  if (!('format' in plugin) || typeof plugin.format !== 'string' || plugin.format === '') return false;
  return (
    'decode' in plugin &&
    typeof plugin.decode === 'function' &&
    'encode' in plugin &&
    typeof plugin.encode === 'function'
  );
}

/** A type with parameters, such as a charset, is not that of all payloads of the type. */
function mediaTypesOf({ mediaType, mediaTypes }: RegisteredFormat): readonly string[] {
  const listed: readonly unknown[] = Array.isArray(mediaTypes) ? mediaTypes : [];
  return [mediaType, ...listed].flatMap((type) =>
    typeof type === 'string' && !type.includes(';') ? [type.trim().toLowerCase()] : [],
  );
}

/** What a stranger's code throws is a failure of the one payload. */
function guarded(format: RegisteredFormat, { largeIntegers }: CodecOptions): Codec {
  return {
    name: format.format,
    mediaTypes: mediaTypesOf(format),
    decode(payload, _hints, topic): Decoded {
      try {
        const value = format.decode(payload, { topic, largeIntegers });
        return isTooDeep(value) ? TOO_DEEP : { ok: true, value };
      } catch (error) {
        return failure('unreadable', detailOf(error));
      }
    },
    encode(value): Encoded {
      try {
        const encoded = format.encode(value);
        const payload = typeof encoded === 'string' ? encoded : Buffer.from(encoded);
        return { ok: true, payload, contentType: format.mediaType };
      } catch (error) {
        return failure('noBinaryForm', detailOf(error));
      }
    },
  };
}
