// What a message asks of a node's subscriptions, with the names of the core MQTT nodes: `msg.action` = "subscribe",
// "unsubscribe" or "getSubscriptions", and `msg.topic`; and "refresh", which is ours.

import { filterInvalid, type MqttFlowsError } from '../errors/mqtt-flows-error';
import { type Failed, failed, found, type Result } from '../errors/result';
import { isQoS, type QoS } from '../publications/publication';
import { parseTopicFilter, type TopicFilter, type WireFilter } from '../topics/topic-filter';
import { asFlag, asWhole, isRecord, propertyInvalid } from '../values/plain-value';

/** One subscription that a message asks for. */
export interface RequestedSubscription {
  readonly filter: TopicFilter;
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
  /** Left out: the format of the node. */
  readonly format?: string;
  /** For Protobuf: which message its payloads are. Left out: that of the node. */
  readonly messageType?: string;
  /** Which part of a payload becomes `msg.payload`, unchecked. */
  readonly value?: unknown;
  /** Set on each message that this subscription delivers. */
  readonly properties?: Readonly<Record<string, unknown>>;
  /** The subscription as the message gave it. */
  readonly given: Readonly<Record<string, unknown>>;
}

export type SubscriptionAction =
  | { readonly kind: 'subscribe'; readonly subscriptions: readonly RequestedSubscription[] }
  | { readonly kind: 'unsubscribe'; readonly filters: readonly WireFilter[] | 'all' }
  | { readonly kind: 'list' }
  /** The filters of the settings are to be read again from contexts and expressions. */
  | { readonly kind: 'refresh' }
  | { readonly kind: 'invalid'; readonly error: MqttFlowsError };

type Values = Readonly<Record<string, unknown>>;

/** The core nodes' names of formats. */
const FORMATS: Readonly<Record<string, string>> = {
  'auto-detect': 'auto',
  auto: 'text-or-bytes',
  utf8: 'string',
};

/** What `msg.action` may ask of the subscriptions of a node. */
export const SUBSCRIPTION_ACTIONS = ['subscribe', 'unsubscribe', 'getSubscriptions', 'refresh'] as const;

/** Reads an action; undefined when the message asks for none of these. */
export function readSubscriptionAction({ action, topic }: Values): SubscriptionAction | undefined {
  switch (SUBSCRIPTION_ACTIONS.find((known) => known === action)) {
    case 'getSubscriptions':
      return { kind: 'list' };
    case 'refresh':
      return { kind: 'refresh' };
    case 'unsubscribe':
      return topic === true ? { kind: 'unsubscribe', filters: 'all' } : withFilters('unsubscribe', topic);
    case 'subscribe':
      return withFilters('subscribe', topic);
    case undefined:
      return undefined;
  }
}

function withFilters(action: 'subscribe' | 'unsubscribe', topic: unknown): SubscriptionAction {
  const several = Array.isArray(topic);
  const entries: readonly unknown[] = several ? topic : [topic];
  const subscriptions: RequestedSubscription[] = [];
  for (const [index, entry] of entries.entries()) {
    const result = readSubscription(entry, several ? `msg.topic[${index}]` : 'msg.topic');
    if (!result.ok) return { kind: 'invalid', error: result.error };
    subscriptions.push(result.value);
  }
  if (action === 'subscribe') return { kind: 'subscribe', subscriptions };
  return { kind: 'unsubscribe', filters: subscriptions.map(({ filter }) => filter.wire) };
}

/** Reads a filter, or an object with `topic` and options. */
export function readSubscription(entry: unknown, name: string): Result<RequestedSubscription> {
  const values: Values | undefined = typeof entry === 'string' ? { topic: entry } : isRecord(entry) ? entry : undefined;
  if (!values) return invalid(name, entry, 'expected.subscription');
  const text = values.topic;
  if (typeof text !== 'string') return invalid(`${name}.topic`, text, 'expected.text');
  const parsed = parseTopicFilter(text);
  if (!parsed.ok) return failed(filterInvalid(text, parsed.problem, parsed.at));
  // The default of the core nodes.
  const qos = asWhole(values.qos ?? 2, 0, 2);
  if (!isQoS(qos)) return invalid(`${name}.qos`, values.qos, '0, 1, 2');
  const retainHandling = asWhole(values.rh ?? 0, 0, 2);
  if (retainHandling !== 0 && retainHandling !== 1 && retainHandling !== 2) {
    return invalid(`${name}.rh`, values.rh, '0, 1, 2');
  }
  const noLocal = asFlag(values.nl ?? false);
  if (noLocal === undefined) return invalid(`${name}.nl`, values.nl, 'true, false');
  const retainAsPublished = asFlag(values.rap ?? true);
  if (retainAsPublished === undefined) return invalid(`${name}.rap`, values.rap, 'true, false');
  const format = values.datatype ?? undefined;
  if (format !== undefined && typeof format !== 'string') return invalid(`${name}.datatype`, format, 'expected.text');
  const messageType = values.messageType ?? undefined;
  if (messageType !== undefined && typeof messageType !== 'string') {
    return invalid(`${name}.messageType`, messageType, 'expected.text');
  }
  const { properties } = values;
  if (properties !== undefined && !isRecord(properties)) {
    return invalid(`${name}.properties`, properties, 'expected.section');
  }
  return found({
    filter: parsed.filter,
    qos,
    noLocal,
    retainAsPublished,
    retainHandling,
    ...(format === undefined || format === '' ? {} : { format: FORMATS[format] ?? format }),
    ...(messageType === undefined || messageType === '' ? {} : { messageType }),
    ...(values.value === undefined ? {} : { value: values.value }),
    ...(properties === undefined ? {} : { properties }),
    given: { ...values, qos, rh: retainHandling, nl: noLocal, rap: retainAsPublished },
  });
}

function invalid(property: string, value: unknown, expected: string): Failed {
  return failed(propertyInvalid(property, value, expected, 'control'));
}
