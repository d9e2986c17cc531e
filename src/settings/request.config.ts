// The saved configuration of a request node: its properties, their defaults, and how the runtime reads them.

import type { PublishSettings } from '../core/publications/publication-from-message';
import { parseResponseFilter } from '../core/topics/response-filter';
import { topicNameProblem } from '../core/topics/topic-name';
import { topicInvalid } from '../core/topics/topic-template';
import { noteIn, type OutsideValue } from '../core/values/outside-value';
import { type Path, parsePath, type Template } from '../core/values/template';
import type { ValueSource } from '../core/values/value-source';
import type { SavedNumber } from './environment-text';
import { type FormatConfig, type FormatSettings, formatDefaults } from './format.config';
import { type PropertiesConfig, type PublishConfig, readPublication, VALUE_TYPES } from './publish.config';
import { type ConfigResult, type RawConfig, SavedConfig } from './saved-config';
import { parseTypedValue, type ValueType } from './typed-value';

/** The types of the topic: those of a publish node but the reply. */
export const REQUEST_TOPIC_TYPES = VALUE_TYPES.topic.filter((type) => type !== 'reply');

/** The types of the value that a property of a reply must equal, in the order of the dialog. */
export const MATCH_TYPES = [
  'msg',
  'str',
  'num',
  'flow',
  'global',
  'jsonata',
  'env',
] as const satisfies readonly ValueType[];

export interface RequestConfig extends FormatConfig {
  name: string;
  /** Id of the broker node. */
  broker: string;
  /** With the type `str`, a template for the topic. */
  topic: string;
  topicType: Exclude<PublishConfig['topicType'], 'reply'>;
  /** What is asked, as a publish node has it. */
  payload: PublishConfig['payload'];
  payloadType: PublishConfig['payloadType'];
  /** Blank: `msg.qos`, else 0. */
  qos: PublishConfig['qos'];
  qosType: PublishConfig['qosType'];
  /** MQTT 5 properties. Response topic and correlation data are the node's. */
  properties: PropertiesConfig;
  describePayload: boolean;
  whileOffline: PublishConfig['whileOffline'];
  /** s from the moment when the message comes, all waiting included */
  timeout: SavedNumber;
  /** How many replies end a request: one, up to a number, or none, so that all are taken until the timeout. */
  replies: 'one' | 'some' | 'all';
  /** For `some`. */
  maxReplies: SavedNumber;
  /** For `some` and `all`: with fewer, the request has failed. */
  minReplies: SavedNumber;
  /** Where the responder answers: at the response topic that the request carries (MQTT 5), or at a topic of its own. */
  answerTo: 'request' | 'device';
  /** The beginning of the response topic, where the server does not name one. Blank: `mqtt-flows/response`. */
  responsePrefix: string;
  /** For `device`: a template for the topic filter. */
  responseTopic: string;
  /** For `device`: what tells a reply from other messages. Blank: nothing. */
  match: '' | 'property' | 'jsonata';
  matchProperty: string;
  matchValue: string;
  matchValueType: (typeof MATCH_TYPES)[number];
  matchExpression: string;
  /** Blank: that of the request. */
  replyFormat: string;
  /** For Protobuf. Blank: that of the request. */
  replyMessageType: string;
  /** Requests that may be under way. */
  atATime: SavedNumber;
  /** Requests that may wait for one of these to end. */
  maxWaiting: SavedNumber;
}

export const requestDefaults: RequestConfig = {
  name: '',
  broker: '',
  topic: '',
  topicType: 'str',
  payload: 'payload',
  payloadType: 'msg',
  qos: '',
  qosType: 'num',
  ...formatDefaults,
  properties: {},
  describePayload: false,
  whileOffline: '',
  timeout: 10,
  replies: 'one',
  maxReplies: 10,
  minReplies: 1,
  answerTo: 'request',
  responsePrefix: '',
  responseTopic: '',
  match: '',
  matchProperty: 'payload.id',
  matchValue: 'payload.id',
  matchValueType: 'msg',
  matchExpression: '',
  replyFormat: '',
  replyMessageType: '',
  atATime: 100,
  maxWaiting: 1000,
};

/** The smallest and the largest value of each number. */
export const REQUEST_RANGES = {
  /** s; the longest time that a timer of Node.js can wait */
  timeout: [1, 2_147_483],
  maxReplies: [1, 100_000],
  minReplies: [0, 100_000],
  atATime: [1, 10_000],
  maxWaiting: [0, 100_000],
} as const;

/** What a reply of a device must fulfil. */
export type MatchSettings =
  | { readonly kind: 'any' }
  | { readonly kind: 'property'; readonly path: Path; readonly expected: ValueSource }
  | { readonly kind: 'jsonata'; readonly expression: string };

export type ResponderSettings =
  | { readonly kind: 'told'; readonly prefix: string }
  | { readonly kind: 'device'; readonly template: Template; readonly match: MatchSettings };

/** The settings as the runtime uses them. The list of codecs decides whether the formats are known. */
export interface RequestSettings extends PublishSettings, FormatSettings {
  /** s */
  readonly timeout: number;
  /** One reply becomes the message; several become a list, even if only one comes. */
  readonly single: boolean;
  readonly most: number;
  readonly least: number;
  readonly responder: ResponderSettings;
  /** With its compression. */
  readonly replyFormat: string;
  readonly replyMessageType: string;
  readonly atATime: number;
  readonly maxWaiting: number;
  /** The values that the publication needs, found for each message. */
  readonly outside: readonly OutsideValue[];
  /** Those of the responder, found for the message with the payload that is sent. */
  readonly responderOutside: readonly OutsideValue[];
}

/** Reads a saved configuration. The first invalid value is the error. */
export function parseRequestConfig(raw: RawConfig): ConfigResult<RequestSettings> {
  const saved = new SavedConfig(raw);
  const outside: OutsideValue[] = [];
  const responderOutside: OutsideValue[] = [];
  const ranges = REQUEST_RANGES;
  if (raw.topicType === 'reply') saved.invalid('topicType', REQUEST_TOPIC_TYPES.join(', '));
  const publication = readPublication(saved, outside);
  const { responseTopic: _ours, correlationData: _ourOwn, ...sources } = publication.properties.sources;
  const replies = saved.choice('replies', ['one', 'some', 'all'], requestDefaults.replies);
  const most = saved.integer('maxReplies', 10, ...ranges.maxReplies);
  const least = saved.integer('minReplies', 1, ...ranges.minReplies);
  return saved.result({
    ...publication,
    properties: { ...publication.properties, sources },
    // A retained request would reach responders again and again.
    retain: { kind: 'fixed', value: false },
    timeout: saved.integer('timeout', 10, ...ranges.timeout),
    single: replies === 'one',
    // Responders, which may be hostile, must not decide how much memory one request takes.
    most: replies === 'one' ? 1 : replies === 'some' ? most : ranges.maxReplies[1],
    least: replies === 'one' ? 1 : least,
    responder: readResponder(saved, responderOutside),
    replyFormat: saved.text('replyFormat', '') || publication.format,
    replyMessageType: saved.text('replyMessageType', '').trim(),
    atATime: saved.integer('atATime', 100, ...ranges.atATime),
    maxWaiting: saved.integer('maxWaiting', 1000, ...ranges.maxWaiting),
    outside,
    responderOutside,
  });
}

function readResponder(saved: SavedConfig, outside: OutsideValue[]): ResponderSettings {
  const answerTo = saved.choice('answerTo', ['request', 'device'], requestDefaults.answerTo);
  if (answerTo === 'request') {
    const prefix = saved.text('responsePrefix', '').trim();
    const problem = prefix === '' ? undefined : topicNameProblem(prefix);
    if (problem) saved.fail(topicInvalid(prefix, problem));
    return { kind: 'told', prefix };
  }
  const template = parseResponseFilter(saved.text('responseTopic', '').trim(), noteIn(outside, 'responseTopic'));
  if (template.ok) return { kind: 'device', template: template.value, match: readMatch(saved, outside) };
  saved.fail(template.error);
  return { kind: 'told', prefix: '' };
}

function readMatch(saved: SavedConfig, outside: OutsideValue[]): MatchSettings {
  const match = saved.choice('match', ['', 'property', 'jsonata'], requestDefaults.match);
  if (match === 'jsonata') {
    const expression = saved.text('matchExpression', '').trim();
    if (expression === '') saved.invalid('matchExpression', 'expected.text');
    return { kind: 'jsonata', expression };
  }
  if (match === '') return { kind: 'any' };
  const path = parsePath(saved.text('matchProperty', requestDefaults.matchProperty));
  if (!path) saved.invalid('matchProperty', 'expected.path');
  const type = saved.choice('matchValueType', MATCH_TYPES, requestDefaults.matchValueType);
  const value = saved.text('matchValue', requestDefaults.matchValue);
  const expected = parseTypedValue({ value, type }, 'matchValue', outside);
  if (!expected.ok) saved.fail(expected.error);
  return path && expected.ok ? { kind: 'property', path, expected: expected.config } : { kind: 'any' };
}
