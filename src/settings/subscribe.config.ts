// The saved configuration of a subscribe node: its properties, their defaults, and how the runtime reads them.

import { filterInvalid } from '../core/errors/mqtt-flows-error';
import type { LargeIntegers } from '../core/payloads/large-numbers';
import type { RetainedPolicy, SubscriptionOptions } from '../core/subscriptions/subscription-options';
import { type FilterSource, readFilterSource } from '../core/topics/filter-source';
import type { ValueRule } from '../core/values/value-rule';
import type { SavedNumber } from './environment-text';
import { type FormatConfig, type FormatSettings, formatDefaults, readFormat } from './format.config';
import { type ConfigResult, type RawConfig, SavedConfig } from './saved-config';
import { readValueRule, type ValueConfig } from './value.config';

/** One filter with the subscription options of MQTT 5, section 3.8.3.1. */
export interface SubscriptionConfig {
  filter: string;
  /** Left out: the filter is text, whatever braces are in it. */
  filterType?: 'template' | 'jsonata';
  qos: 0 | 1 | 2;
  noLocal: boolean;
  retainAsPublished: boolean;
  retainHandling: 0 | 1 | 2;
  /** Blank: that of the node. A compression may stand before it: `gzip+json`. */
  format?: string;
  /** For Protobuf: which message of the schema its payloads are. Blank: that of the node. */
  messageType?: string;
  /** `${NAME}` within the filter stays as it is. */
  literal?: boolean;
  /** Which part of the payload becomes `msg.payload`. Left out: all of it. */
  value?: Partial<ValueConfig>;
}

export interface SubscribeConfig extends FormatConfig {
  name: string;
  /** Id of the broker node. */
  broker: string;
  subscriptions: SubscriptionConfig[];
  /** What becomes of whole numbers in JSON that a JavaScript number cannot hold, with the format JSON. */
  largeIntegers: LargeIntegers;
  /**
   * What happens to a payload that cannot be decoded: an error with the message, or the message with the raw Buffer.
   */
  undecodable: 'error' | 'pass';
  /** For Sparkplug: whether an edge node is asked for its births when something of it is missing. */
  requestRebirth: boolean;
  /** What happens to the retained messages that the server sends when the node subscribes. */
  retained: RetainedPolicy;
  /** Whether the node gets retained messages at each of its starts; otherwise a deploy that keeps a filter brings none. */
  retainedAgain: boolean;
  /** Whether messages without a response topic are errors. */
  requestsOnly: boolean;
  /** Whether each filter has an output of its own; subscriptions of messages have one together, after those. */
  outputEach: boolean;
  outputs: number;
  /** Whether messages have `receivedAt`, in ms since 1970. */
  receivedAt: boolean;
  /** When messages at QoS 1 and 2 are acknowledged: when handed over, when the flow is done, or by an acknowledge node. */
  acknowledge: 'receipt' | 'completion' | 'manual';
  /** Messages at QoS 1 and 2 that the flow may have unacknowledged. */
  maxInFlight: SavedNumber;
  /** s after which an unacknowledged message counts as failed; 0 for never */
  acknowledgeTimeout: SavedNumber;
  /** What happens to a message that failed: the server keeps it, or it is refused with a reason code (MQTT 5). */
  onError: 'keep' | 'refuse';
  /** 1: the node accepts messages that control the connection and subscribe. */
  inputs: 0 | 1;
  /** Whether the node's context keeps the subscriptions that messages have added. */
  keepSubscriptions: boolean;
}

export const subscriptionDefaults: SubscriptionConfig = {
  filter: '',
  qos: 0,
  noLocal: false,
  retainAsPublished: true,
  retainHandling: 0,
};

export const subscribeDefaults: SubscribeConfig = {
  name: '',
  broker: '',
  subscriptions: [{ ...subscriptionDefaults }],
  ...formatDefaults,
  largeIntegers: 'text',
  undecodable: 'error',
  requestRebirth: false,
  retained: 'deliver',
  retainedAgain: false,
  requestsOnly: false,
  outputEach: false,
  outputs: 1,
  receivedAt: false,
  acknowledge: 'receipt',
  maxInFlight: 20,
  acknowledgeTimeout: 60,
  onError: 'keep',
  inputs: 0,
  keepSubscriptions: false,
};

/** The smallest and the largest value of each number. */
export const SUBSCRIBE_RANGES = {
  maxInFlight: [1, 65_535],
  /** s; the longest time that a timer of Node.js can wait. */
  acknowledgeTimeout: [0, 2_147_483],
} as const;

/** The settings as the runtime uses them. The list of codecs decides whether the format is known. */
export interface SubscribeSettings extends AcknowledgementSettings, FormatSettings {
  readonly subscriptions: readonly FormattedSubscription[];
  readonly largeIntegers: LargeIntegers;
  readonly undecodable: 'error' | 'pass';
  readonly requestRebirth: boolean;
  readonly retained: RetainedPolicy;
  readonly retainedAgain: boolean;
  readonly requestsOnly: boolean;
  readonly outputEach: boolean;
  readonly receivedAt: boolean;
  readonly inputs: 0 | 1;
  readonly keepSubscriptions: boolean;
}

/** A filter, and the format of its messages where it has one of its own. */
export interface FormattedSubscription {
  readonly source: FilterSource;
  readonly options: Omit<SubscriptionOptions, 'filter'>;
  /** Blank: that of the node. */
  readonly format: string;
  readonly messageType: string;
  readonly value: ValueRule | undefined;
}

/** Reads a saved configuration. The first invalid value is the error. */
export function parseSubscribeConfig(raw: RawConfig): ConfigResult<SubscribeSettings> {
  const saved = new SavedConfig(raw);
  const subscriptions: FormattedSubscription[] = [];
  const entries = saved.list('subscriptions');
  const inputs = saved.choice('inputs', [0, 1], subscribeDefaults.inputs);
  const retained = saved.choice('retained', ['deliver', 'ignore', 'only'], subscribeDefaults.retained);
  // A node that messages tell what to subscribe to may begin without filters.
  if (entries.length === 0 && inputs === 0) saved.fail(filterInvalid('', 'empty', ''));
  for (const entry of entries) {
    const subscription = readSubscriptionRow(entry, retained);
    if (subscription) subscriptions.push(subscription);
  }
  return saved.result({
    subscriptions,
    ...readFormat(saved),
    largeIntegers: saved.choice('largeIntegers', ['text', 'bigint'], subscribeDefaults.largeIntegers),
    undecodable: saved.choice('undecodable', ['error', 'pass'], subscribeDefaults.undecodable),
    requestRebirth: saved.boolean('requestRebirth', subscribeDefaults.requestRebirth),
    retained,
    retainedAgain: saved.boolean('retainedAgain', subscribeDefaults.retainedAgain),
    requestsOnly: saved.boolean('requestsOnly', subscribeDefaults.requestsOnly),
    outputEach: saved.boolean('outputEach', subscribeDefaults.outputEach),
    receivedAt: saved.boolean('receivedAt', subscribeDefaults.receivedAt),
    ...readAcknowledgement(saved),
    inputs,
    keepSubscriptions: saved.boolean('keepSubscriptions', subscribeDefaults.keepSubscriptions),
  });
}

/** Reads one filter with its options; undefined, and an error in the settings, when it is none. */
export function readSubscriptionRow(entry: SavedConfig, retained: RetainedPolicy): FormattedSubscription | undefined {
  const type = entry.choice('filterType', ['text', 'template', 'jsonata'], 'text');
  const source = readFilterSource(entry.text('filter', ''), type);
  if (!source.ok) {
    entry.fail(source.error);
    return undefined;
  }
  const options: FormattedSubscription['options'] = {
    qos: entry.choice('qos', [0, 1, 2], subscriptionDefaults.qos),
    noLocal: entry.boolean('noLocal', subscriptionDefaults.noLocal),
    retainAsPublished: entry.boolean('retainAsPublished', subscriptionDefaults.retainAsPublished),
    retainHandling: entry.choice('retainHandling', [0, 1, 2], subscriptionDefaults.retainHandling),
    retained,
  };
  const format = entry.text('format', '');
  const value = readValueRule(entry.section('value'));
  return { source: source.value, options, format, messageType: entry.text('messageType', '').trim(), value };
}

function readAcknowledgement(saved: SavedConfig): AcknowledgementSettings {
  const { acknowledge, onError } = subscribeDefaults;
  return {
    acknowledge: saved.choice('acknowledge', ['receipt', 'completion', 'manual'], acknowledge),
    maxInFlight: saved.integer('maxInFlight', 20, ...SUBSCRIBE_RANGES.maxInFlight),
    acknowledgeTimeout: saved.integer('acknowledgeTimeout', 60, ...SUBSCRIBE_RANGES.acknowledgeTimeout),
    onError: saved.choice('onError', ['keep', 'refuse'], onError),
  };
}

export interface AcknowledgementSettings {
  readonly acknowledge: 'receipt' | 'completion' | 'manual';
  /** Messages at QoS 1 and 2 that the flow may have at a time */
  readonly maxInFlight: number;
  /** s that a message may take; 0 for any time */
  readonly acknowledgeTimeout: number;
  /** What happens to a message that failed or took too long. */
  readonly onError: 'keep' | 'refuse';
}
