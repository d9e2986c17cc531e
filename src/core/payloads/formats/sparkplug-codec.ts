// The format *Sparkplug B*: payloads of `spBv1.0/…` as objects, with the aliases of metrics resolved by the births that
// came before.

import { detailOf } from '../../errors/thrown-value';
import { type Codec, type Decoded, type DecodedPayload, type Encoded, failure } from '../codec';
import type { LargeIntegers } from '../large-numbers';
import { type ProtobufMessage, parseProtobufSchema } from '../protobuf-schema';
import { type Metric, type SparkplugHistory, type SparkplugTopic, sparkplugTopic } from '../sparkplug-births';
import { decodeJson } from './json-codec';
import { type FoundMetric, metricFields, metricOf } from './sparkplug-metric';
import { SPARKPLUG_PROTO } from './sparkplug-schema';
import type { Fields } from './sparkplug-value';

let message: ProtobufMessage | undefined;

function payloadMessage(): ProtobufMessage {
  if (message) return message;
  const parsed = parseProtobufSchema(SPARKPLUG_PROTO, (path) => {
    throw new Error(`it imports nothing, and not ${path}`);
  });
  const found = parsed.ok ? parsed.schema.message('org.eclipse.tahu.protobuf.Payload') : undefined;
  if (!found) throw new Error(parsed.ok ? 'Payload is missing' : parsed.detail);
  message = found;
  return found;
}

/** Without `births` no alias can be resolved. */
export function sparkplugCodec(births: SparkplugHistory | undefined, largeIntegers: LargeIntegers): Codec {
  return {
    name: 'sparkplug',
    mediaTypes: [],
    decode(payload, _hints, topic) {
      // The state of a host is JSON (section 6.4.24).
      if (topic.startsWith('spBv1.0/STATE/') || topic.startsWith('STATE/')) return decodeJson(payload, largeIntegers);
      if (payload.length === 0) return { ok: true, value: '' };
      return decodeSparkplug(payload, topic, births, largeIntegers);
    },
    encode: encodeSparkplug,
  };
}

function decodeSparkplug(
  payload: Buffer,
  topic: string,
  births: SparkplugHistory | undefined,
  largeIntegers: LargeIntegers,
): Decoded {
  try {
    const raw = payloadMessage().decode(payload, 'bigint', false) as Fields;
    const place = sparkplugTopic(topic);
    const list = (raw.metrics ?? []) as readonly Fields[];
    const stale = place && births ? follow(births, place, raw, list) : false;
    const found = (alias: string): FoundMetric | undefined => (place ? births?.metric(place, alias) : undefined);
    const metrics = list.map((fields) => metricOf(fields, found, largeIntegers));
    const unnamed = metrics.some(({ name }) => name === undefined);
    const value = {
      ...(raw.timestamp === undefined ? {} : { timestamp: Number(raw.timestamp) }),
      ...(raw.seq === undefined ? {} : { seq: Number(raw.seq) }),
      metrics,
      ...(raw.uuid === undefined ? {} : { uuid: raw.uuid }),
      ...(raw.body instanceof Uint8Array ? { body: Buffer.from(raw.body) } : {}),
    };
    return { ok: true, value, ...(place && messageParts(place, stale || unnamed)) };
  } catch (error) {
    return failure('notSparkplug', detailOf(error));
  }
}

/** Where the message is from, and whether something before it was missed. */
function messageParts({ group, messageType, node, device }: SparkplugTopic, stale: boolean): Partial<DecodedPayload> {
  return {
    params: { group, messageType, node, ...(device === undefined ? {} : { device }) },
    properties: { sparkplug: { stale } },
  };
}

function follow(births: SparkplugHistory, place: SparkplugTopic, raw: Fields, list: readonly Fields[]): boolean {
  const metrics = place.messageType.endsWith('BIRTH') ? list.flatMap(bornMetric) : [];
  return births.follow(place, { seq: numberOf(raw.seq), timestamp: numberOf(raw.timestamp), metrics });
}

function numberOf(value: unknown): number | undefined {
  return value === undefined ? undefined : Number(value);
}

/** The metrics that a birth tells of; none when it cannot be read. */
export function metricsOfBirth(payload: Buffer): readonly Metric[] {
  try {
    const { metrics = [] } = payloadMessage().decode(payload, 'bigint', false) as { metrics?: readonly Fields[] };
    return metrics.flatMap(bornMetric);
  } catch {
    return [];
  }
}

function bornMetric({ name, alias, datatype }: Fields): Metric[] {
  if (typeof name !== 'string') return [];
  const known = typeof datatype === 'number' ? datatype : undefined;
  return [{ name, alias: alias === undefined ? undefined : String(alias), datatype: known }];
}

/** Encodes `{ timestamp, seq, metrics }`, as decoding gives it. */
function encodeSparkplug(value: unknown): Encoded {
  try {
    if (typeof value !== 'object' || value === null || !('metrics' in value) || !Array.isArray(value.metrics)) {
      return failure('notSparkplug', 'metrics');
    }
    const { metrics, ...rest } = value as Fields & { readonly metrics: readonly unknown[] };
    const listed = metrics.map((metric, index) => metricFields(metric, `metrics[${index}]`));
    const bytes = payloadMessage().encode({ ...rest, metrics: listed });
    return { ok: true, payload: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), contentType: undefined };
  } catch (error) {
    return failure('noBinaryForm', detailOf(error));
  }
}
