// What a publish node sends by itself: when the connection stands, and at intervals while it does.

import { parseJsonTemplate } from '../core/values/json-template';
import { noteIn } from '../core/values/outside-value';
import { type Placeholder, parseTemplate } from '../core/values/template';
import type { SavedNumber } from './environment-text';
import type { SavedConfig } from './saved-config';

export interface OwnSendingConfig {
  /** Whether it sends each time the connection stands. */
  atConnection: boolean;
  /** s between what it sends while the connection stands; blank: nothing */
  interval: SavedNumber;
}

export const ownSendingDefaults: OwnSendingConfig = { atConnection: false, interval: '' };

/** s, both ends included. The longest time that a timer of Node.js can wait is 24 days. */
export const INTERVAL_RANGE = [1, 20 * 86_400] as const;

export interface OwnSending {
  readonly atConnection: boolean;
  /** s */
  readonly interval: number | undefined;
}

/** Undefined if the node sends nothing by itself. There is no message then, so topic and payload have to be set. */
export function readOwnSending(saved: SavedConfig, topicFallback: string): OwnSending | undefined {
  const atConnection = saved.boolean('atConnection', ownSendingDefaults.atConnection);
  const interval = saved.integer('interval', undefined, ...INTERVAL_RANGE);
  if (!atConnection && interval === undefined) return undefined;
  const topic = saved.text('topic', '');
  if (topicNeedsMessage(topic, saved.text('topicType', topicFallback))) saved.invalid('topic', 'expected.ownTopic');
  const payload = saved.text('payload', '');
  const clears = saved.text('retain', '') === 'clear';
  if (!clears && payloadNeedsMessage(payload, saved.text('payloadType', 'msg'))) {
    saved.invalid('payload', 'expected.ownPayload');
  }
  return { atConnection, interval };
}

/** Whether a topic cannot be there without a message. Of an expression that is not known. */
export function topicNeedsMessage(topic: string, type: string): boolean {
  if (type === 'msg' || type === 'reply') return true;
  return type === 'str' && (topic === '' || templateNeedsMessage(topic));
}

/** Whether a payload cannot be there without a message. Of an expression that is not known. */
export function payloadNeedsMessage(payload: string, type: string): boolean {
  if (type === 'msg') return true;
  if (type === 'str') return templateNeedsMessage(payload);
  if (type !== 'json') return false;
  const result = parseJsonTemplate(payload, noteIn([], 'payload'));
  return result.ok && result.template.placeholders.some(isOfMessage);
}

function templateNeedsMessage(text: string): boolean {
  const result = parseTemplate(text, noteIn([], ''));
  return result.ok && result.template.segments.some((segment) => segment.kind === 'value' && isOfMessage(segment));
}

function isOfMessage({ outside }: Placeholder): boolean {
  return outside === undefined;
}
