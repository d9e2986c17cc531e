// The saved configuration of a router node: its properties, their defaults, and how the runtime reads them.

import { filterInvalid } from '../core/errors/mqtt-flows-error';
import type { QoS } from '../core/publications/publication';
import type { Route, RouteTest } from '../core/routes/route';
import { parseTopicFilter } from '../core/topics/topic-filter';
import { parseTopicTemplate } from '../core/topics/topic-template';
import { noteIn, type OutsideValue } from '../core/values/outside-value';
import { type Path, parsePath, type Template } from '../core/values/template';
import { type ContextStore, readContextStore } from './context-store';
import { type ConfigResult, type RawConfig, SavedConfig } from './saved-config';

export interface RuleConfig {
  filter: string;
  /** Template for a new `msg.topic`; blank leaves the topic as it is. */
  topic: string;
  /** The content of `msg.route.data`; blank for none. */
  data: string;
  dataType: 'str' | 'num' | 'bool' | 'json';
  retained: 'any' | 'retained' | 'live';
  /** Blank for any. */
  qos: QoS | '';
  /** A JSONata condition; blank for none. */
  condition: string;
}

export interface RouterConfig {
  name: string;
  /** The property of the message that holds its topic. */
  property: string;
  /** Each rule has the output of its position. */
  rules: RuleConfig[];
  match: 'first' | 'all';
  /** Whether messages may add routes. These have an output of their own, after those of the rules. */
  dynamic: boolean;
  /** Where routes from messages are kept; blank for nowhere. */
  routes: string;
  routesType: 'none' | 'flow' | 'global';
  /** Whether there is a last output for messages that no rule takes. */
  otherwise: boolean;
  /** What happens to a message without a usable topic. */
  noTopic: 'otherwise' | 'error';
  outputs: number;
}

export const ruleDefaults: RuleConfig = {
  filter: '',
  topic: '',
  data: '',
  dataType: 'str',
  retained: 'any',
  qos: '',
  condition: '',
};

export const routerDefaults: RouterConfig = {
  name: '',
  property: 'topic',
  rules: [{ ...ruleDefaults }],
  match: 'all',
  dynamic: false,
  routes: '',
  routesType: 'none',
  otherwise: true,
  noTopic: 'otherwise',
  outputs: 2,
};

export interface RouterSettings {
  /** The property that holds the topic of a message, as written. */
  readonly property: string;
  readonly topicPath: Path;
  /** The rules, in order. */
  readonly routes: readonly Route[];
  readonly match: 'first' | 'all';
  /** The output of routes from messages; undefined when messages may not add any. */
  readonly dynamic: number | undefined;
  readonly store: ContextStore | undefined;
  readonly otherwise: number | undefined;
  readonly noTopic: 'otherwise' | 'error';
  /** The values that the templates of new topics need beside the message. */
  readonly outside: readonly OutsideValue[];
}

/** Reads a saved configuration. The first invalid value is the error, which names its rule. */
export function parseRouterConfig(raw: RawConfig): ConfigResult<RouterSettings> {
  const saved = new SavedConfig(raw);
  const property = saved.text('property', '') || routerDefaults.property;
  const topicPath = parsePath(property);
  if (!topicPath) saved.invalid('property', 'expected.path');
  const rules = saved.list('rules');
  const outside: OutsideValue[] = [];
  const dynamic = saved.boolean('dynamic', routerDefaults.dynamic) ? rules.length : undefined;
  const otherwise = saved.boolean('otherwise', routerDefaults.otherwise);
  return saved.result({
    property,
    topicPath: topicPath ?? [],
    routes: rules.map((rule, output) => readRule(rule, output, outside)).filter((route) => route !== undefined),
    match: saved.choice('match', ['first', 'all'], routerDefaults.match),
    dynamic,
    store: dynamic === undefined ? undefined : readContextStore(saved, 'routes'),
    otherwise: otherwise ? rules.length + (dynamic === undefined ? 0 : 1) : undefined,
    noTopic: saved.choice('noTopic', ['otherwise', 'error'], routerDefaults.noTopic),
    outside,
  });
}

/** Reads one rule of the dialog. `output` counts from 0. */
export function parseRule(rule: RuleConfig, output = 0): ConfigResult<Route> {
  const saved = new SavedConfig(rule);
  const route = readRule(saved, output, []);
  // Without a route there is an error, which result() returns instead.
  return saved.result(route as Route);
}

function readRule(saved: SavedConfig, output: number, outside: OutsideValue[]): Route | undefined {
  const rule = output + 1;
  const text = saved.text('filter', '');
  const result = parseTopicFilter(text);
  const topic = readTemplate(saved, rule, outside);
  const data = readData(saved);
  const test = readTest(saved);
  if (result.ok) return { filter: result.filter, rank: output, output, topic, data, test };
  saved.fail(filterInvalid(text, result.problem, result.at, rule));
  return undefined;
}

function readTemplate(saved: SavedConfig, rule: number, outside: OutsideValue[]): Template | undefined {
  const text = saved.text('topic', ruleDefaults.topic);
  if (text === '') return undefined;
  const result = parseTopicTemplate(text, { rule }, noteIn(outside, 'topic'));
  if (result.ok) return result.template;
  saved.fail(result.error);
  return undefined;
}

function readData(saved: SavedConfig): unknown {
  const type = saved.choice('dataType', ['str', 'num', 'bool', 'json'], ruleDefaults.dataType);
  const text = saved.text('data', ruleDefaults.data);
  if (text === '') return undefined;
  if (type === 'str') return text;
  const value = jsonOf(text);
  const fits = type === 'json' ? value !== undefined : typeof value === (type === 'num' ? 'number' : 'boolean');
  if (!fits) saved.invalid('data', type === 'bool' ? 'true, false' : DATA[type]);
  return value;
}

const DATA = { num: 'expected.number', json: 'expected.json' };

/** The value of the JSON `text`, or undefined when it is not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readTest(saved: SavedConfig): RouteTest | undefined {
  const retained = saved.choice('retained', ['any', 'retained', 'live'], ruleDefaults.retained);
  const qos = saved.choice('qos', ['', 0, 1, 2], ruleDefaults.qos);
  const expression = saved.text('condition', ruleDefaults.condition).trim();
  if (retained === 'any' && qos === '' && expression === '') return undefined;
  return {
    retained: retained === 'any' ? undefined : retained === 'retained',
    qos: qos === '' ? undefined : qos,
    expression,
  };
}
