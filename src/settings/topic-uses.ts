// Reads out of the saved configuration of a node where it meets MQTT.

import { isQoS } from '../core/publications/publication';
import type { TopicUse, UseKind } from '../core/surface/topic-use';
import {
  parseTopicPattern,
  patternOfTemplate,
  patternOfVariables,
  type TopicPattern,
} from '../core/topics/topic-pattern';
import { isRecord } from '../core/values/plain-value';

/** A node as the editor and Node-RED's file have it. Others may have written it. */
export interface UsingNode {
  readonly id: string;
  readonly type: string;
  readonly [setting: string]: unknown;
}

/** The uses of the node; none for nodes that are not ours. */
export function topicUses(node: UsingNode): TopicUse[] {
  switch (node.type) {
    case 'mqtt-flows-subscribe':
      return filters(node, 'subscribe', node.subscriptions);
    case 'mqtt-flows-state':
      return filters(node, 'state', node.subscriptions);
    case 'mqtt-flows-router':
      return filters(node, 'route', node.rules);
    case 'mqtt-flows-publish':
      return [published(node, 'publish')];
    case 'mqtt-flows-request':
      return [published(node, 'request'), ...responses(node)];
    case 'mqtt-flows-replay':
      // Its topics are in the recording.
      return node.to === 'broker' ? [{ node: node.id, kind: 'publish', text: '', pattern: undefined }] : [];
    default:
      return [];
  }
}

function filters({ id }: UsingNode, kind: UseKind, rows: unknown): TopicUse[] {
  if (!Array.isArray(rows)) return [];
  return rows.filter(isRecord).map((row) => {
    const { filter, qos } = row;
    const text = String(filter ?? '');
    return { node: id, kind, text, pattern: patternOfRow(text, row), ...(isQoS(qos) ? { qos } : {}) };
  });
}

/** Braces and variables mean something by the settings of the row alone. */
function patternOfRow(
  text: string,
  { filterType, literal }: Readonly<Record<string, unknown>>,
): TopicPattern | undefined {
  if (filterType === 'jsonata') return undefined;
  if (filterType === 'template') return patternOfTemplate(text);
  if (literal !== true) return patternOfVariables(text);
  return parseTopicPattern(text);
}

function published({ id, topic, topicType, qos, retain }: UsingNode, kind: UseKind): TopicUse {
  const text = topicType === 'str' || topicType === 'env' ? String(topic ?? '') : '';
  const pattern = text === '' || topicType === 'env' ? undefined : patternOfTemplate(text);
  // Blank stands for the QoS of the message.
  const level = qos === '' ? undefined : Number(qos);
  return {
    node: id,
    kind,
    text,
    pattern,
    ...(isQoS(level) ? { qos: level } : {}),
    ...(String(retain) === 'true' ? { retain: true } : {}),
  };
}

/** A request node subscribes to the topic at which a device answers. */
function responses({ id, answerTo, responseTopic }: UsingNode): TopicUse[] {
  if (answerTo !== 'device') return [];
  const text = String(responseTopic ?? '');
  return [{ node: id, kind: 'response', text, pattern: patternOfTemplate(text) }];
}
