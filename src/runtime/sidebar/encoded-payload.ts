// What a user has typed into the sidebar, as the bytes of a message, by the same code as a publish node.

import type { NodeAPI } from 'node-red';
import type { Connection } from '../../connection/connection';
import { failed, found, type Result } from '../../core/errors/result';
import type { Decoded } from '../../core/payloads/codec';
import { splitFormat } from '../../core/payloads/format';
import { parseJson } from '../../core/payloads/json-text';
import { payloadError } from '../../core/payloads/payload-error';
import type { PublishRequest } from '../../core/sidebar/sidebar-protocol';
import { readFormat } from '../../settings/format.config';
import { SavedConfig } from '../../settings/saved-config';
import { NodeCodecs } from '../node/node-codecs';
import { registeredFormats } from '../node/registered-formats';
import { chosenFormat, codecsKnowing } from './chosen-format';

export interface EncodedPayload {
  readonly payload: Buffer | string;
  readonly contentType: string | undefined;
}

/** The formats whose values are texts. */
const OF_TEXT = new Set(['string', 'hex', 'base64', 'buffer']);

/** The bytes for `request`, or why there are none. `connection` is that of the flows, whose nodes know Protobuf. */
export function encodedPayload(
  RED: NodeAPI,
  connection: Connection | undefined,
  { format: saved = '', payload: text, topic }: PublishRequest,
): Result<EncodedPayload> {
  if (saved === '') return found({ payload: text, contentType: 'text/plain; charset=utf-8' });
  const chosen = chosenFormat(saved);
  const knows = codecsKnowing(chosen, connection);
  const codecs = knows ?? new NodeCodecs(RED, readFormat(new SavedConfig({})), 'bigint');
  const codec = codecs.find(chosen.format, chosen.messageType);
  if (!codec.ok) return codec;
  const { format } = splitFormat(chosen.format);
  const isForeign = registeredFormats(RED).some((one) => one.format === format);
  const value = typedValue(format, text, isForeign);
  if (!value.ok) return failed(payloadError('payload-unencodable', value, topic));
  const encoded = codec.value.encode(value.value);
  if (!encoded.ok) return failed(payloadError('payload-unencodable', encoded, topic));
  const { payload, contentType } = encoded;
  return found({ payload, contentType });
}

/** Formats of others may take texts or values, so a text that is no JSON is one. */
function typedValue(format: string, text: string, isForeign: boolean): Decoded {
  if (OF_TEXT.has(format)) return { ok: true, value: text };
  const parsed = parseJson(text, 'bigint');
  return parsed.ok || !isForeign ? parsed : { ok: true, value: text };
}
