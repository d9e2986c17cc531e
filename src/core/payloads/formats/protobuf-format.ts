// The format *Protobuf*: messages as the user's .proto text describes them. Which message a payload is, no byte of it says.

import { MqttFlowsError } from '../../errors/mqtt-flows-error';
import { failed, found, type Result } from '../../errors/result';
import { detailOf } from '../../errors/thrown-value';
import type { OptionValues } from '../../values/options-schema';
import { flowValue } from '../flow-value';
import { findByMediaType, mediaTypeOf } from '../media-type';
import type { FormatTools, PayloadFormat } from '../payload-format';
import { accepted, PayloadRefusal } from '../payload-refusal';
import { type ProtobufMessage, type ProtobufSchema, parseProtobufSchema } from '../protobuf-schema';

const PROTOBUF_TYPE = 'application/protobuf';
/** Other content types that senders use. */
const OTHER_TYPES = ['application/x-protobuf', 'application/vnd.google.protobuf', '+protobuf'];

/** Whether a message says that it is Protobuf; of which message type, it does not say. */
export function namesProtobuf(contentType: string | undefined): boolean {
  if (contentType === undefined) return false;
  const types = new Map([PROTOBUF_TYPE, ...OTHER_TYPES].map((type) => [type, true]));
  return findByMediaType(types, mediaTypeOf(contentType).type) === true;
}

export const protobufFormat: PayloadFormat = {
  format: 'protobuf',
  mediaType: PROTOBUF_TYPE,
  mediaTypes: OTHER_TYPES,
  /** The dialog has fields of its own for them, and flows save them beside the format. */
  options: {
    schema: { type: 'string', default: '' },
    schemaFrom: { type: 'string', enum: ['text', 'file'], default: 'text' },
    messageType: { type: 'string', default: '' },
  },
  checksDepth: true,
  prepare: messageOf,
  // An empty payload is a message whose fields all have their defaults.
  decode(payload, { prepared, largeIntegers }) {
    let decoded: unknown;
    try {
      decoded = (prepared as ProtobufMessage).decode(payload, largeIntegers);
    } catch (error) {
      if (error instanceof PayloadRefusal) throw error;
      throw new PayloadRefusal('notProtobuf', detailOf(error));
    }
    // Integers of 64 bits are texts or BigInts whatever their value.
    return accepted(flowValue(decoded, 'as is')).value;
  },
  encode: (value, { prepared }) => (prepared as ProtobufMessage).encode(value),
};

function messageOf(options: OptionValues, tools: FormatTools): ProtobufMessage {
  const messageType = String(options.messageType);
  // *Detect* asks in each node, and most have no schema: nothing is loaded for them.
  if (options.schema === '' && messageType === '') throw messageUnknown('', []);
  const schema = protobufSchema(options, tools);
  if (!schema.ok) throw schema.error;
  const message = schema.value.message(messageType);
  if (message) return message;
  throw messageUnknown(messageType, schema.value.messageTypes);
}

function messageUnknown(messageType: string, messageTypes: readonly string[]): MqttFlowsError {
  const params = { messageType, messageTypes: messageTypes.slice(0, 20).join(', ') };
  return new MqttFlowsError('message-type-unknown', { stage: 'config', params });
}

/** What the options describe, read once for a node. */
export function protobufSchema({ schema, schemaFrom }: OptionValues, tools: FormatTools): Result<ProtobufSchema> {
  return tools.once('protobuf', () => readSchema(String(schema), schemaFrom === 'file', tools));
}

function readSchema(schema: string, isFile: boolean, tools: FormatTools): Result<ProtobufSchema> {
  try {
    const result = isFile
      ? parseProtobufSchema(tools.readText(schema), (path) => tools.readText(path, schema))
      : parseProtobufSchema(schema, refuseImport);
    return result.ok ? found(result.schema) : failed(schemaInvalid(result.detail));
  } catch (error) {
    return failed(schemaInvalid(detailOf(error)));
  }
}

/** Thrown inside the reading of a text, whose error then says so. */
export function refuseImport(path: string): never {
  throw new Error(`it imports "${path}", which only a file can`);
}

function schemaInvalid(detail: string): MqttFlowsError {
  return new MqttFlowsError('schema-invalid', { stage: 'config', params: { detail } });
}
