// The payload formats of one node: those of the package with what the node says about them, and those that other packages
// have registered.

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { NodeAPI } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import { detailOf } from '../../core/errors/thrown-value';
import type { Codec, CodecOptions } from '../../core/payloads/codec';
import { splitFormat } from '../../core/payloads/format';
import { findCodec } from '../../core/payloads/formats/find-codec';
import type { LargeIntegers } from '../../core/payloads/large-numbers';
import { type ProtobufSchema, parseProtobufSchema } from '../../core/payloads/protobuf-schema';
import type { SparkplugHistory } from '../../core/payloads/sparkplug-births';
import type { FormatSettings } from '../../settings/format.config';
import { otherFormats } from './registered-formats';

export class NodeCodecs {
  readonly #RED: NodeAPI;
  readonly #settings: FormatSettings;
  readonly #options: CodecOptions;
  /** Read when the first format wants it. */
  #schema: Result<ProtobufSchema> | undefined;

  constructor(RED: NodeAPI, settings: FormatSettings, largeIntegers: LargeIntegers, births?: SparkplugHistory) {
    this.#RED = RED;
    this.#settings = settings;
    this.#options = { largeIntegers, maximumBytes: settings.maximumBytes, ...(births && { births }) };
  }

  /**
   * The codec of a format as it is saved, such as `gzip+protobuf`, or why there is none. A blank `messageType` means that
   * of the node. `others` are options that differ from the node's.
   */
  find(saved: string, messageType = '', others: Partial<CodecOptions> = {}): Result<Codec> {
    const type = messageType || this.#settings.messageType;
    const options = { ...this.#options, ...others };
    const { format } = splitFormat(saved);
    const needsMessage = format === 'protobuf' || (format === 'auto' && type !== '');
    if (!needsMessage) return this.#found(saved, options);
    const message = this.#message(type);
    if (!message.ok) return message;
    return this.#found(saved, { ...options, message: message.value });
  }

  /** The messages of the .proto text; none where there is no text, or a wrong one. */
  get messageTypes(): readonly string[] {
    if (this.#settings.schema === '') return [];
    this.#schema ??= this.#readSchema();
    return this.#schema.ok ? this.#schema.value.messageTypes : [];
  }

  #found(saved: string, options: CodecOptions): Result<Codec> {
    const codec = findCodec(saved, options, otherFormats(this.#RED, options));
    if (codec) return found(codec);
    return failed(new MqttFlowsError('format-unknown', { stage: 'config', params: { format: saved } }));
  }

  #message(type: string): Result<NonNullable<CodecOptions['message']>> {
    this.#schema ??= this.#readSchema();
    if (!this.#schema.ok) return this.#schema;
    const { messageTypes } = this.#schema.value;
    const message = this.#schema.value.message(type);
    if (message) return found(message);
    const params = { messageType: type, messageTypes: messageTypes.slice(0, 20).join(', ') };
    return failed(new MqttFlowsError('message-type-unknown', { stage: 'config', params }));
  }

  #readSchema(): Result<ProtobufSchema> {
    const { schema, schemaFrom } = this.#settings;
    try {
      const result = schemaFrom === 'file' ? this.#schemaOfFile(schema) : parseProtobufSchema(schema, refuseImport);
      return result.ok ? found(result.schema) : failed(schemaInvalid(result.detail));
    } catch (error) {
      return failed(schemaInvalid(detailOf(error)));
    }
  }

  /** Paths start at Node-RED's user directory, and those of imports at the folder of the file. */
  #schemaOfFile(path: string): ReturnType<typeof parseProtobufSchema> {
    const file = resolve(this.#RED.settings.userDir ?? '.', path);
    const folder = dirname(file);
    return parseProtobufSchema(readFileSync(file, 'utf8'), (name) => readFileSync(resolve(folder, name), 'utf8'));
  }
}

function refuseImport(path: string): never {
  throw new Error(`it imports "${path}", which only a file can`);
}

function schemaInvalid(detail: string): MqttFlowsError {
  return new MqttFlowsError('schema-invalid', { stage: 'config', params: { detail } });
}
