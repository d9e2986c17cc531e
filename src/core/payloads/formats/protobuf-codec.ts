// The format *Protobuf*: messages as the user's .proto text describes them. Which message a payload is, no byte of it says.

import { detailOf } from '../../errors/thrown-value';
import { type Codec, type Decoded, type Encoded, failure } from '../codec';
import { flowValue } from '../flow-value';
import type { LargeIntegers } from '../large-numbers';
import { findByMediaType, mediaTypeOf } from '../media-type';
import type { ProtobufMessage } from '../protobuf-schema';

export const PROTOBUF_TYPE = 'application/protobuf';
/** The content types that senders use. */
const PROTOBUF_TYPES = [PROTOBUF_TYPE, 'application/x-protobuf', 'application/vnd.google.protobuf', '+protobuf'];

/** Whether a message says that it is Protobuf; of which message type, it does not say. */
export function namesProtobuf(contentType: string | undefined): boolean {
  if (contentType === undefined) return false;
  const types = new Map(PROTOBUF_TYPES.map((type) => [type, true]));
  return findByMediaType(types, mediaTypeOf(contentType).type) === true;
}

/** `largeIntegers` says whether 64-bit integers are texts or BigInts; they are one of them whatever their value. */
export function protobufCodec(message: ProtobufMessage, largeIntegers: LargeIntegers): Codec {
  return {
    name: 'protobuf',
    mediaTypes: PROTOBUF_TYPES,
    decode: (payload) => decodeProtobuf(message, payload, largeIntegers),
    encode: (value) => encodeProtobuf(message, value),
  };
}

/** An empty payload is a message whose fields all have their defaults. */
function decodeProtobuf(message: ProtobufMessage, payload: Buffer, largeIntegers: LargeIntegers): Decoded {
  try {
    return flowValue(message.decode(payload, largeIntegers), 'as is');
  } catch (error) {
    return failure('notProtobuf', detailOf(error));
  }
}

function encodeProtobuf(message: ProtobufMessage, value: unknown): Encoded {
  try {
    const bytes = message.encode(value);
    return { ok: true, payload: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), contentType: PROTOBUF_TYPE };
  } catch (error) {
    return failure('noBinaryForm', detailOf(error));
  }
}
