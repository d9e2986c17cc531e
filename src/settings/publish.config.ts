// The saved configuration of a publish node: its properties, their defaults, and how the runtime reads them.

import type { QoS } from '../core/publications/publication';
import type { PublishSettings, WhileOffline } from '../core/publications/publication-from-message';
import {
  type PropertySettings,
  propertyExpectation,
  type SingleProperty,
} from '../core/publications/publication-properties';
import type { PublishOptions } from '../core/publications/publish-options';
import type { UserPropertySource } from '../core/publications/user-properties';
import { isMqttText, topicNameProblem } from '../core/topics/topic-name';
import { parseTopicTemplate, topicInvalid } from '../core/topics/topic-template';
import { noteIn, type OutsideValue } from '../core/values/outside-value';
import type { ValueSource } from '../core/values/value-source';
import { type FormatConfig, type FormatSettings, formatDefaults, readFormat } from './format.config';
import { type OwnSending, type OwnSendingConfig, ownSendingDefaults, readOwnSending } from './publish.own.config';
import { type PayloadType, readPayload } from './publish.payload.config';
import { type ConfigResult, type RawConfig, SavedConfig } from './saved-config';
import { parseTypedValue, type TypedValue, type ValueType } from './typed-value';

/** The types of each setting, in the order of the dialog. */
export const VALUE_TYPES = {
  topic: ['str', 'msg', 'flow', 'global', 'jsonata', 'env', 'reply'],
  qos: ['num', 'msg', 'flow', 'global', 'jsonata', 'env'],
  retain: ['bool', 'msg', 'flow', 'global', 'jsonata', 'env'],
  contentType: ['str', 'msg', 'flow', 'global', 'jsonata', 'env', 'none'],
  payloadFormatIndicator: ['bool', 'msg', 'flow', 'global', 'jsonata', 'env', 'none'],
  messageExpiryInterval: ['num', 'msg', 'flow', 'global', 'jsonata', 'env', 'none'],
  responseTopic: ['str', 'msg', 'flow', 'global', 'jsonata', 'env', 'none'],
  correlationData: ['str', 'bin', 'msg', 'flow', 'global', 'jsonata', 'env', 'none'],
  userProperty: ['str', 'msg', 'flow', 'global', 'jsonata', 'env'],
} as const satisfies Readonly<Record<string, readonly ValueType[]>>;

/** The MQTT 5 properties in the order of the dialog. */
export const PROPERTY_NAMES = [
  'contentType',
  'payloadFormatIndicator',
  'messageExpiryInterval',
  'responseTopic',
  'correlationData',
] as const satisfies readonly SingleProperty[];

export type PropertyName = (typeof PROPERTY_NAMES)[number];

export type { TypedValue, ValueType };

export interface UserPropertyConfig extends TypedValue {
  name: string;
}

/** The message decides about properties that are missing or blank. */
export interface PropertiesConfig extends Partial<Record<SingleProperty, TypedValue>> {
  /** Joined with those of the message. Where both have a name, the message's value is used. */
  userProperties?: UserPropertyConfig[];
}

export interface PublishConfig extends FormatConfig, OwnSendingConfig {
  name: string;
  /** Id of the broker node. */
  broker: string;
  /** With the type `str`, a template for the topic; blank: `msg.topic`. */
  topic: string;
  topicType: (typeof VALUE_TYPES.topic)[number];
  /** What is sent: with `json` and `str` a template. Blank with `msg`: `msg.payload`. */
  payload: string;
  payloadType: PayloadType;
  /** Blank: `msg.qos`, else 0. */
  qos: QoS | string;
  qosType: (typeof VALUE_TYPES.qos)[number];
  /** Blank: `msg.retain`, else false. `clear` deletes the retained message of the topic. */
  retain: boolean | string;
  retainType: (typeof VALUE_TYPES.retain)[number];
  /** MQTT 5 properties. */
  properties: PropertiesConfig;
  /** Whether content type and format indicator are sent automatically, according to the type of the payload. */
  describePayload: boolean;
  /** When a message goes on. */
  completeOn: PublishOptions['completeOn'];
  /** What happens to a message while there is no connection. Blank: `msg.whileOffline`, else it waits. */
  whileOffline: '' | WhileOffline;
}

export const publishDefaults: PublishConfig = {
  name: '',
  broker: '',
  topic: '',
  topicType: 'str',
  payload: 'payload',
  payloadType: 'msg',
  qos: '',
  qosType: 'num',
  retain: '',
  retainType: 'bool',
  ...formatDefaults,
  properties: {},
  describePayload: false,
  completeOn: 'acknowledged',
  whileOffline: '',
  ...ownSendingDefaults,
};

/** The template that takes the topic of the message. */
const MESSAGE_TOPIC = '{{topic}}';

/** The type of a topic that was saved without one. */
const UNSAVED_TOPIC_TYPE = 'msg';

/** As which type a dialog shows `topic` that was saved without one. A blank one is `msg.topic`, for which a fixed topic is left blank. */
export function shownTopicType(topic: string | null | undefined): 'msg' | 'str' {
  return topic ? UNSAVED_TOPIC_TYPE : 'str';
}

/** The settings as the runtime uses them. The list of codecs decides whether the format is known. */
interface PublishNodeSettings extends PublishSettings, FormatSettings {
  readonly completeOn: PublishConfig['completeOn'];
  /** Whether messages are published as replies to the requests that they came from. */
  readonly reply: boolean;
  /** The values that have to be found for each message before the others can be read. */
  readonly outside: readonly OutsideValue[];
  /** Undefined: it sends nothing by itself. */
  readonly own: OwnSending | undefined;
}

/** Reads a saved configuration. The first invalid value is the error. */
export function parsePublishConfig(raw: RawConfig): ConfigResult<PublishNodeSettings> {
  const saved = new SavedConfig(raw);
  const outside: OutsideValue[] = [];
  return saved.result({
    ...readPublication(saved, outside),
    retain: readChoice(saved, 'retain', [true, false, 'clear'], outside),
    reply: raw.topicType === 'reply',
    completeOn: saved.choice('completeOn', ['acknowledged', 'queued'], publishDefaults.completeOn),
    outside,
    own: readOwnSending(saved, UNSAVED_TOPIC_TYPE),
  });
}

/** What the settings of a request node have too. Values that only the runtime can find are added to `outside`. */
export function readPublication(
  saved: SavedConfig,
  outside: OutsideValue[],
): Omit<PublishSettings, 'retain'> & FormatSettings {
  return {
    topic: readTopic(saved, outside),
    payload: readPayload(saved, outside),
    qos: readChoice(saved, 'qos', [0, 1, 2], outside),
    ...readFormat(saved),
    properties: readProperties(saved.section('properties'), outside),
    describePayload: saved.boolean('describePayload', publishDefaults.describePayload),
    whileOffline: saved.choice('whileOffline', ['', 'wait', 'fail'], publishDefaults.whileOffline) || undefined,
  };
}

function readTopic(saved: SavedConfig, outside: OutsideValue[]): ValueSource {
  const text = saved.text('topic', '');
  const type = saved.choice('topicType', VALUE_TYPES.topic, UNSAVED_TOPIC_TYPE);
  if (type === 'str') return topicTemplate(saved, text || MESSAGE_TOPIC, outside);
  // A property of the message is a template with that single value.
  if (type === 'msg') return topicTemplate(saved, text ? `{{${text}}}` : MESSAGE_TOPIC);
  // The message gets the response topic as its topic.
  if (type === 'reply') return topicTemplate(saved, MESSAGE_TOPIC);
  if (type === 'env') return fixedTopic(saved, text);
  return accepted(saved, parseTypedValue({ value: text, type }, 'topic', outside));
}

/** A topic that is invalid for every message is an error of the configuration. */
function topicTemplate(saved: SavedConfig, text: string, outside?: OutsideValue[]): ValueSource {
  const result = parseTopicTemplate(text, {}, outside && noteIn(outside, 'topic'));
  if (result.ok) return { kind: 'template', template: result.template };
  saved.fail(result.error);
  return NONE;
}

/** The value of a variable is used as the topic without any further replacement. */
function fixedTopic(saved: SavedConfig, topic: string): ValueSource {
  const problem = topicNameProblem(topic);
  if (problem) saved.fail(topicInvalid(topic, problem));
  return { kind: 'fixed', value: topic };
}

/** A setting with a few fixed values. Blank leaves it to the message. */
function readChoice(
  saved: SavedConfig,
  setting: 'qos' | 'retain',
  choices: readonly (number | boolean | string)[],
  outside: OutsideValue[],
): ValueSource | undefined {
  const type = saved.choice(`${setting}Type`, VALUE_TYPES[setting], publishDefaults[`${setting}Type`]);
  if (isFixed(type)) {
    const value = saved.choice(setting, ['', ...choices], '');
    return value === '' ? undefined : { kind: 'fixed', value };
  }
  const value = saved.text(setting, '');
  return accepted(saved, parseTypedValue({ value, type }, setting, outside));
}

function isFixed(type: ValueType): boolean {
  return type === 'num' || type === 'bool' || type === 'env';
}

function readProperties(saved: SavedConfig, outside: OutsideValue[]): PropertySettings {
  const sources: { [K in SingleProperty]?: ValueSource } = {};
  for (const name of PROPERTY_NAMES) {
    const setting = saved.section(name);
    const [fallback] = VALUE_TYPES[name];
    const type = setting.choice('type', VALUE_TYPES[name], fallback);
    const value = setting.text('value', '');
    if (value.trim() === '' && type !== 'none') continue;
    const source = accepted(saved, parseTypedValue({ value, type }, `properties.${name}`, outside));
    const expected = source.kind === 'fixed' ? propertyExpectation(name, source.value) : undefined;
    if (expected !== undefined) setting.invalid('value', expected);
    sources[name] = source;
  }
  const userProperties = saved.list('userProperties').map((entry) => readUserProperty(entry, outside));
  return { sources, userProperties };
}

function readUserProperty(saved: SavedConfig, outside: OutsideValue[]): UserPropertySource {
  const name = saved.text('name', '');
  if (!isMqttText(name)) saved.invalid('name', 'expected.text');
  const type = saved.choice('type', VALUE_TYPES.userProperty, 'str');
  const value = saved.text('value', '');
  const source = accepted(saved, parseTypedValue({ value, type }, `userProperties["${name}"]`, outside));
  if (source.kind === 'fixed' && !isMqttText(source.value)) saved.invalid('value', 'expected.text');
  return { name, source };
}

const NONE: ValueSource = { kind: 'fixed', value: undefined };

function accepted(saved: SavedConfig, result: ConfigResult<ValueSource>): ValueSource {
  if (result.ok) return result.config;
  saved.fail(result.error);
  return NONE;
}
