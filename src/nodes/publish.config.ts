// The saved configuration of a publish node: its properties, their defaults, and how the runtime reads them.

import type { PublishSettings } from '../core/publication-from-message';
import { type ConfigResult, type RawConfig, SavedConfig } from '../core/saved-config';
import type { Template } from '../core/template';
import { parseTopicTemplate } from '../core/topic-template';

export interface PublishConfig {
  name: string;
  /** Id of the broker node. */
  broker: string;
  /** A property of the message, or a template for the topic. */
  topic: string;
  topicType: 'msg' | 'str';
  /** Blank: `msg.qos`, else 0. */
  qos: '' | 0 | 1 | 2;
  /** Blank: `msg.retain`, else false. */
  retain: '' | true | false;
  format: string;
}

export const publishDefaults: PublishConfig = {
  name: '',
  broker: '',
  topic: 'topic',
  topicType: 'msg',
  qos: '',
  retain: '',
  format: 'auto',
};

/** What the runtime works with. Whether the format is known is for the codec registry to say. */
export interface PublishNodeSettings extends PublishSettings {
  readonly format: string;
}

/** Reads a saved configuration; the first value that does not fit is the error. */
export function parsePublishConfig(raw: RawConfig): ConfigResult<PublishNodeSettings> {
  const saved = new SavedConfig(raw);
  const qos = saved.choice('qos', ['', 0, 1, 2], publishDefaults.qos);
  const retain = saved.choice('retain', ['', true, false], publishDefaults.retain);
  return saved.result({
    topic: readTopic(saved),
    qos: qos === '' ? undefined : qos,
    retain: retain === '' ? undefined : retain,
    format: saved.text('format', publishDefaults.format) || 'auto',
  });
}

/** A property of the message is a template of that one value. */
function readTopic(saved: SavedConfig): Template {
  const text = saved.text('topic', '');
  const type = saved.choice('topicType', ['msg', 'str'], publishDefaults.topicType);
  const template = type === 'str' ? text : `{{${text || publishDefaults.topic}}}`;
  const result = parseTopicTemplate(template);
  if (result.ok) return result.template;
  saved.fail(result.error);
  return { text: template, segments: [], constant: template };
}
