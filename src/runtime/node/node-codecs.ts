// The payload formats of one node: those of the package and those that other packages have registered, with what the node
// says about them.

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { NodeAPI } from 'node-red';
import type { Result } from '../../core/errors/result';
import type { Codec, CodecOptions } from '../../core/payloads/codec';
import { splitFormat } from '../../core/payloads/format';
import { findCodec } from '../../core/payloads/formats/find-codec';
import { protobufSchema } from '../../core/payloads/formats/protobuf-format';
import type { LargeIntegers } from '../../core/payloads/large-numbers';
import type { FormatTools } from '../../core/payloads/payload-format';
import type { SparkplugHistory } from '../../core/payloads/sparkplug-births';
import type { OptionValues } from '../../core/values/options-schema';
import type { FormatSettings } from '../../settings/format.config';
import { registeredFormats } from './registered-formats';

export class NodeCodecs {
  readonly #RED: NodeAPI;
  readonly #settings: FormatSettings;
  readonly #tools: FormatTools;
  readonly #options: CodecOptions;

  constructor(RED: NodeAPI, settings: FormatSettings, largeIntegers: LargeIntegers, births?: SparkplugHistory) {
    this.#RED = RED;
    this.#settings = settings;
    this.#tools = formatTools(RED);
    const { maximumBytes } = settings;
    this.#options = { largeIntegers, maximumBytes, tools: this.#tools, ...(births && { births }) };
  }

  /**
   * The codec of a format as it is saved, such as `gzip+protobuf`, or why there is none. A blank `messageType` means that
   * of the node. `others` are options that differ from the node's.
   */
  find(saved: string, messageType = '', others: Partial<CodecOptions> = {}): Result<Codec> {
    const { schema, schemaFrom, messageType: ofNode, formatOptions } = this.#settings;
    const type = messageType || ofNode;
    // A node that names no message does not read Protobuf by its content type, whatever stands in its schema.
    const usesProtobuf = type !== '' || splitFormat(saved).format === 'protobuf';
    const protobuf = usesProtobuf ? { protobuf: { schema, schemaFrom, messageType: type } } : {};
    const options = { ...this.#options, formatOptions: { ...formatOptions, ...protobuf }, ...others };
    return findCodec(saved, options, registeredFormats(this.#RED));
  }

  /** Whether the node says something about a format of another package. */
  sets(format: string): boolean {
    return Object.hasOwn(this.#settings.formatOptions, format);
  }

  /** The messages of the .proto text; none where there is no text, or a wrong one. */
  get messageTypes(): readonly string[] {
    const { schema, schemaFrom } = this.#settings;
    if (schema === '') return [];
    const options: OptionValues = { schema, schemaFrom };
    const read = protobufSchema(options, this.#tools);
    return read.ok ? read.value.messageTypes : [];
  }
}

/** Of one node, which keeps what its rows share. */
function formatTools(RED: NodeAPI): FormatTools {
  const kept = new Map<string, unknown>();
  const folder = RED.settings.userDir ?? '.';
  return {
    readText: (path, beside) =>
      readFileSync(beside === undefined ? resolve(folder, path) : resolve(folder, dirname(beside), path), 'utf8'),
    once<T>(key: string, make: () => T): T {
      if (!kept.has(key)) kept.set(key, make());
      // It was made under this key, by the same caller.
      return kept.get(key) as T;
    },
  };
}
