// Finds the codec of a format as it is saved, such as `gzip+json`: ours, or one that another package has registered.

import { MqttFlowsError } from '../../errors/mqtt-flows-error';
import { failed, found, type Result } from '../../errors/result';
import { detailOf } from '../../errors/thrown-value';
import { readOptions, type SavedOptions, usableOptions } from '../../values/options-schema';
import type { Codec, CodecOptions } from '../codec';
import { compressedCodec, isAvailable } from '../compression';
import { splitFormat } from '../format';
import { formatCodec, refusePromise } from '../format-codec';
import type { FormatTools, PayloadFormat } from '../payload-format';
import { BUILT_IN } from './built-in-formats';
import { detectCodec } from './detect-codec';

/** Bytes that a payload may be inflated to where nobody has said otherwise. */
const MAXIMUM_BYTES = 16 * 1024 * 1024;

export const DEFAULT_OPTIONS: CodecOptions = { largeIntegers: 'text', maximumBytes: MAXIMUM_BYTES };

const WITHOUT_FILES: FormatTools = {
  readText(path) {
    throw new Error(`there is no file ${path}`);
  },
  once: (_key, make) => make(),
};

/** The codec of a format as it is saved, or why there is none. `others` are the formats of other packages. */
export function findCodec(
  saved: string,
  options: CodecOptions = DEFAULT_OPTIONS,
  others: readonly PayloadFormat[] = [],
): Result<Codec> {
  const { compression, format } = splitFormat(saved);
  const codec = plainCodec(format, options, others);
  if (!codec) return failed(formatUnknown(saved));
  if (compression === undefined || !codec.ok) return codec;
  if (!isAvailable(compression)) return failed(formatUnknown(saved));
  return found(compressedCodec(compression, codec.value, options.maximumBytes));
}

function formatUnknown(format: string): MqttFlowsError {
  return new MqttFlowsError('format-unknown', { stage: 'config', params: { format } });
}

function plainCodec(name: string, options: CodecOptions, others: readonly PayloadFormat[]): Result<Codec> | undefined {
  if (name === 'auto') {
    const formats = formatsByContentType(options, others);
    return formats.ok ? found(detectCodec(formats.value, options)) : formats;
  }
  const isNamed = ({ format }: PayloadFormat): boolean => format === name;
  const format = BUILT_IN.find(isNamed) ?? others.find(isNamed);
  return format && boundCodec(format, options);
}

/**
 * The formats that a content type can name; a later one wins. A format that cannot work without options, such as Protobuf
 * without a schema, is left out where it has none.
 */
export function formatsByContentType(
  options: CodecOptions,
  others: readonly PayloadFormat[] = [],
): Result<readonly Codec[]> {
  const codecs: Codec[] = [];
  for (const format of [...others, ...BUILT_IN]) {
    const codec = boundCodec(format, options);
    if (codec.ok) codecs.push(codec.value);
    else if (savedOptions(format, options)) return codec;
  }
  return found(codecs);
}

function savedOptions({ format }: PayloadFormat, { formatOptions = {} }: CodecOptions): SavedOptions | undefined {
  return Object.hasOwn(formatOptions, format) ? formatOptions[format] : undefined;
}

/** `format` with its options, prepared. */
function boundCodec(format: PayloadFormat, codecOptions: CodecOptions): Result<Codec> {
  const { largeIntegers, births, tools = WITHOUT_FILES } = codecOptions;
  const name = format.format;
  const saved = savedOptions(format, codecOptions) ?? {};
  const options = readOptions(usableOptions(format.options), saved, `formatOptions.${name}`);
  if (!options.ok) return options;
  try {
    const own = scopedTools(format, tools);
    const prepared = format.prepare?.(options.value, births ? { ...own, births } : own);
    if (prepared instanceof Promise) refusePromise(prepared);
    return found(formatCodec(format, { largeIntegers, options: options.value, prepared }));
  } catch (error) {
    if (error instanceof MqttFlowsError) return failed(error);
    const params = { format: name, detail: detailOf(error) };
    return failed(new MqttFlowsError('format-unusable', { stage: 'config', params }));
  }
}

/** What another package keeps, no other format gets: two may have the same key. */
function scopedTools(format: PayloadFormat, tools: FormatTools): FormatTools {
  if (BUILT_IN.includes(format)) return tools;
  return { ...tools, once: (key, make) => tools.once(`${format.format} ${key}`, make) };
}
