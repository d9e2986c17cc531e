// The format *Sparkplug B*: payloads of `spBv1.0/…` as objects, with the aliases of metrics resolved by the births that
// came before.

import { detailOf } from '../../errors/thrown-value';
import type { LargeIntegers } from '../large-numbers';
import type { DecodeContext, PayloadFormat } from '../payload-format';
import { accepted, PayloadRefusal } from '../payload-refusal';
import { type ProtobufMessage, parseProtobufSchema } from '../protobuf-schema';
import { type Metric, type SparkplugHistory, type SparkplugTopic, sparkplugTopic } from '../sparkplug-births';
import { ValueBudget } from '../value-budget';
import { decodeJson } from './json-format';
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

export const sparkplugFormat: PayloadFormat = {
  format: 'sparkplug',
  checksDepth: true,
  /** Without births no alias can be resolved. */
  prepare: (_options, { births }) => births,
  decode(payload, context) {
    const { topic, largeIntegers } = context;
    // The state of a host is JSON (section 6.4.24).
    if (topic.startsWith('spBv1.0/STATE/')) return accepted(decodeJson(payload, largeIntegers)).value;
    if (topic.startsWith('STATE/')) return stateBefore3(payload, largeIntegers);
    if (payload.length === 0) return '';
    try {
      return decodeSparkplug(payload, context);
    } catch (error) {
      if (error instanceof PayloadRefusal) throw error;
      throw new PayloadRefusal('notSparkplug', detailOf(error));
    }
  },
  encode(value) {
    if (typeof value !== 'object' || value === null || !('metrics' in value) || !Array.isArray(value.metrics)) {
      throw new PayloadRefusal('notSparkplug', 'metrics');
    }
    return encodeSparkplug(value as Fields & { readonly metrics: readonly unknown[] });
  },
};

/** The state of a host in versions before 3.0: the text ONLINE or OFFLINE. */
function stateBefore3(payload: Buffer, largeIntegers: LargeIntegers): unknown {
  const read = decodeJson(payload, largeIntegers);
  return !read.ok && read.problem === 'notJson' ? payload.toString() : accepted(read).value;
}

function decodeSparkplug(payload: Buffer, context: DecodeContext): object {
  const { topic, largeIntegers } = context;
  const births = context.prepared as SparkplugHistory | undefined;
  const raw = payloadMessage().decode(payload, 'bigint', false) as Fields;
  const place = sparkplugTopic(topic);
  const list = (raw.metrics ?? []) as readonly Fields[];
  const stale = place && births ? follow(births, place, raw, list) : false;
  const found = (alias: string): FoundMetric | undefined => (place ? births?.metric(place, alias) : undefined);
  const reading = { largeIntegers, budget: new ValueBudget() };
  const metrics = list.map((fields) => metricOf(fields, found, reading));
  if (place) {
    const { group, messageType, node, device } = place;
    context.params = { group, messageType, node, ...(device === undefined ? {} : { device }) };
    // Whether something before the message was missed.
    context.info = { stale: stale || metrics.some(({ name }) => name === undefined) };
  }
  return {
    ...(raw.timestamp === undefined ? {} : { timestamp: Number(raw.timestamp) }),
    ...(raw.seq === undefined ? {} : { seq: Number(raw.seq) }),
    metrics,
    ...(raw.uuid === undefined ? {} : { uuid: raw.uuid }),
    ...(raw.body instanceof Uint8Array ? { body: Buffer.from(raw.body) } : {}),
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
function encodeSparkplug({ metrics, ...rest }: Fields & { readonly metrics: readonly unknown[] }): Uint8Array {
  const listed = metrics.map((metric, index) => metricFields(metric, `metrics[${index}]`));
  return payloadMessage().encode({ ...rest, metrics: listed });
}
