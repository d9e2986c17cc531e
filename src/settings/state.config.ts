// The saved configuration of a topic state node: its properties, their defaults, and how the runtime reads them.

import type { Deadband } from '../core/state/change';
import type { SilenceRule } from '../core/state/silence-watch';
import type { StateLimits } from '../core/state/topic-records';
import { type Path, parsePath } from '../core/values/template';
import { type ContextStore, readContextStore } from './context-store';
import type { SavedNumber } from './environment-text';
import { type FormatConfig, type FormatSettings, formatDefaults, readFormat } from './format.config';
import { type ConfigResult, type RawConfig, SavedConfig } from './saved-config';
import {
  type FormattedSubscription,
  readSubscriptionRow,
  type SubscriptionConfig,
  subscriptionDefaults,
} from './subscribe.config';

/** A filter with its subscription options, and when its topics count as silent. */
export interface StateRowConfig extends SubscriptionConfig {
  silence: (typeof SILENCE_KINDS)[number];
  /** s without a message, for `time` */
  silentAfter: SavedNumber;
  /** How many usual intervals without a message, for `learnt`. */
  silentTimes: SavedNumber;
}

export interface StateConfig extends FormatConfig {
  name: string;
  /** Id of the broker node; blank for none: values come from messages alone. */
  broker: string;
  subscriptions: StateRowConfig[];
  /** What a message without an action is: a question for a topic, or a value of it. */
  input: 'ask' | 'value';
  /** How a question with a filter is answered. */
  answer: 'messages' | 'array' | 'object';
  /** ms to wait for the retained message of a topic that is not known */
  timeout: SavedNumber;
  /** What becomes of a question without an answer. */
  unknown: 'error' | 'output';
  /** What is compared: a property of the message, or JSONata. */
  change: string;
  changeType: 'msg' | 'jsonata';
  /** How far numbers have to be apart; blank for any difference. */
  deadband: SavedNumber;
  deadbandType: Deadband['kind'];
  /** Whether the first value of a topic is a change; and if it was retained. */
  first: boolean;
  firstRetained: boolean;
  /** ms between two changes of one topic; 0 for any */
  pace: SavedNumber;
  /** Where the state is kept over restarts; blank for nowhere. */
  keep: string;
  keepType: 'none' | 'flow' | 'global';
  maxTopics: SavedNumber;
  maxBytes: SavedNumber;
  /** s after which an unused topic is forgotten; 0 for never */
  maxUnused: SavedNumber;
  outputs: number;
}

export const stateRowDefaults: StateRowConfig = {
  ...subscriptionDefaults,
  silence: 'none',
  silentAfter: 300,
  silentTimes: 3,
};

export const stateDefaults: StateConfig = {
  name: '',
  broker: '',
  subscriptions: [{ ...stateRowDefaults }],
  ...formatDefaults,
  input: 'ask',
  answer: 'messages',
  timeout: 1000,
  unknown: 'error',
  change: 'payload',
  changeType: 'msg',
  deadband: '',
  deadbandType: 'absolute',
  first: true,
  firstRetained: false,
  pace: 0,
  keep: '',
  keepType: 'none',
  maxTopics: 100_000,
  maxBytes: 67_108_864,
  maxUnused: 0,
  outputs: 3,
};

/** The ways in which topics count as silent, in the order of the dialog. */
export const SILENCE_KINDS = ['none', 'time', 'learnt'] as const;

const DAY = 86_400;

/** The smallest and the largest value of each number. */
export const STATE_RANGES = {
  /** s */
  silentAfter: [1, 365 * DAY],
  silentTimes: [2, 1000],
  timeout: [0, 60_000],
  pace: [0, DAY * 1000],
  maxTopics: [1, 10_000_000],
  maxBytes: [1024, 2 ** 40],
  /** s */
  maxUnused: [0, 3650 * DAY],
} as const;

/** What is compared of each message. */
export type Compared =
  | { readonly kind: 'path'; readonly path: Path; readonly text: string }
  | { readonly kind: 'jsonata'; readonly text: string };

export interface StateNodeSettings extends FormatSettings {
  /** Whether there is a broker to subscribe at. */
  readonly subscribes: boolean;
  readonly rows: readonly FormattedSubscription[];
  /** By the places of the rows. */
  readonly rules: readonly (SilenceRule | undefined)[];
  readonly input: 'ask' | 'value';
  readonly answer: 'messages' | 'array' | 'object';
  /** ms */
  readonly timeout: number;
  readonly unknown: 'error' | 'output';
  readonly compared: Compared;
  readonly deadband: Deadband | undefined;
  readonly first: boolean;
  readonly firstRetained: boolean;
  /** ms */
  readonly pace: number;
  readonly store: ContextStore | undefined;
  readonly limits: StateLimits;
}

/** Reads a saved configuration. The first invalid value is the error. */
export function parseStateConfig(raw: RawConfig): ConfigResult<StateNodeSettings> {
  const saved = new SavedConfig(raw);
  const rows: FormattedSubscription[] = [];
  const rules: (SilenceRule | undefined)[] = [];
  for (const entry of saved.list('subscriptions')) {
    const row = readSubscriptionRow(entry, 'deliver');
    const rule = readRule(entry);
    if (!row) continue;
    rows.push(row);
    rules.push(rule);
  }
  return saved.result({
    subscribes: saved.text('broker', '') !== '',
    rows,
    rules,
    ...readFormat(saved),
    input: saved.choice('input', ['ask', 'value'], stateDefaults.input),
    answer: saved.choice('answer', ['messages', 'array', 'object'], stateDefaults.answer),
    timeout: saved.integer('timeout', 1000, ...STATE_RANGES.timeout),
    unknown: saved.choice('unknown', ['error', 'output'], stateDefaults.unknown),
    compared: readCompared(saved),
    deadband: readDeadband(saved),
    first: saved.boolean('first', stateDefaults.first),
    firstRetained: saved.boolean('firstRetained', stateDefaults.firstRetained),
    pace: saved.integer('pace', 0, ...STATE_RANGES.pace),
    store: readContextStore(saved, 'keep'),
    limits: {
      topics: saved.integer('maxTopics', 100_000, ...STATE_RANGES.maxTopics),
      bytes: saved.integer('maxBytes', 67_108_864, ...STATE_RANGES.maxBytes),
      unused: saved.integer('maxUnused', 0, ...STATE_RANGES.maxUnused) * 1000,
    },
  });
}

function readRule(entry: SavedConfig): SilenceRule | undefined {
  switch (entry.choice('silence', SILENCE_KINDS, stateRowDefaults.silence)) {
    case 'none':
      return undefined;
    case 'time':
      return { kind: 'time', after: entry.integer('silentAfter', 300, ...STATE_RANGES.silentAfter) * 1000 };
    case 'learnt':
      return { kind: 'learnt', times: entry.integer('silentTimes', 3, ...STATE_RANGES.silentTimes) };
  }
}

function readCompared(saved: SavedConfig): Compared {
  const text = saved.text('change', '').trim() || stateDefaults.change;
  if (saved.choice('changeType', ['msg', 'jsonata'], stateDefaults.changeType) === 'jsonata') {
    return { kind: 'jsonata', text };
  }
  const path = parsePath(text);
  if (!path) saved.invalid('change', 'expected.path');
  return { kind: 'path', path: path ?? [], text };
}

function readDeadband(saved: SavedConfig): Deadband | undefined {
  const kind = saved.choice('deadbandType', ['absolute', 'percent'], stateDefaults.deadbandType);
  const size = saved.number('deadband', 0);
  if (size < 0) saved.invalid('deadband', 'expected.notNegative');
  return size > 0 ? { kind, size } : undefined;
}
