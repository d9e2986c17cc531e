// How a subscribe or publish node reads and makes payloads: the settings that both have, and how the runtime reads them.

import { COMPRESSIONS, type Compression } from '../core/payloads/format';
import type { SavedOptions } from '../core/values/options-schema';
import type { SavedNumber } from './environment-text';
import type { SavedConfig } from './saved-config';

export interface FormatConfig {
  format: string;
  /** Around the format; blank for none. */
  compression: '' | Compression;
  /** MiB that a payload may be inflated to */
  inflateLimit: SavedNumber;
  /** For Protobuf: the .proto text, or the path of a file. */
  schema: string;
  schemaFrom: 'text' | 'file';
  /** For Protobuf: which message of the schema a payload is. */
  messageType: string;
  /** The options of formats of other packages, by the name of the format. */
  formatOptions: Readonly<Record<string, SavedOptions>>;
}

export const formatDefaults: FormatConfig = {
  format: 'auto',
  compression: '',
  inflateLimit: 16,
  schema: '',
  schemaFrom: 'text',
  messageType: '',
  formatOptions: {},
};

/** MiB; a Buffer of Node.js has at most 4 GiB. */
export const INFLATE_RANGE = [1, 1024] as const;

const MIB = 1024 * 1024;

/** As the runtime uses them. The list of codecs decides whether the format is known. */
export interface FormatSettings {
  /** With its compression, such as `gzip+json`. */
  readonly format: string;
  /** Bytes that a payload may be inflated to */
  readonly maximumBytes: number;
  readonly schema: string;
  readonly schemaFrom: 'text' | 'file';
  readonly messageType: string;
  /** As they are saved; each format checks its own. */
  readonly formatOptions: Readonly<Record<string, SavedOptions>>;
}

export function readFormat(saved: SavedConfig): FormatSettings {
  const format = saved.text('format', formatDefaults.format) || 'auto';
  const compression = saved.choice('compression', ['', ...COMPRESSIONS], formatDefaults.compression);
  return {
    format: compression === '' ? format : `${compression}+${format}`,
    maximumBytes: saved.integer('inflateLimit', 16, ...INFLATE_RANGE) * MIB,
    schema: saved.text('schema', formatDefaults.schema),
    schemaFrom: saved.choice('schemaFrom', ['text', 'file'], formatDefaults.schemaFrom),
    messageType: saved.text('messageType', formatDefaults.messageType).trim(),
    formatOptions: readFormatOptions(saved),
  };
}

function readFormatOptions(saved: SavedConfig): FormatSettings['formatOptions'] {
  const all = saved.record('formatOptions');
  const section = saved.section('formatOptions');
  return Object.fromEntries(Object.keys(all).map((format) => [format, section.record(format)]));
}
